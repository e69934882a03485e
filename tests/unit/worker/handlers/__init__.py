"""The use cases as sentences: bank, core and stores are in memory and may fail at any call."""
