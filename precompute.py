"""Build a workspace from a folder of images. The same as `imagespace build`; see --help."""

from imagespace_core.commands.build import main

if __name__ == "__main__":
    main()
