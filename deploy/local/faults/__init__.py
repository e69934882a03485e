"""`make faults`: everything breaks while payments run, and afterwards three records must agree.

A round is planned from a seed (plan.py), played at the sandbox's doors (load.py) on a stand of real processes
(ground.py) that are struck meanwhile (strikes.py), and judged when all has settled (verdict.py).
"""
