"""One key in every place it may be kept, each with the real code of that place: SoftHSM2, AWS as moto plays it."""
