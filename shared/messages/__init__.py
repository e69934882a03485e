"""What the services say to one another: queue names, task names, the form of bodies. Ids and plain values only."""
