"""The Python API: what can be asked of a workspace, its files joined with the verbs of the packages below.

One file for each verb, whose functions take a `Workspace`; `Collection` has them all as methods.
"""
