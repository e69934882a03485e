"""One folder per process; none imports another. What two of them need lives in `shared`."""
