"""Text for the pages: data as Markdown, errors as sentences, paths without the server's folders."""
