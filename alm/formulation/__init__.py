"""The model, written once: a case becomes a book of arrays, the book a problem of matrices."""
