import built  # noqa: F401  what make has made
