"""Writes every document that is made of the code: `make docs`."""

from tools.documents.written import written


def main() -> None:
    """Write those that differ, and say which."""
    for path, text in written().items():
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
            print(f"written: {path.name}")


main()
