"""The harness of `make faults`, without a stand: its plan, its judgement, its spoiled wire."""
