# $ python examples/sweep.py
# Which MobileNets of the paper's tables 6 and 7 stay below 150 million MACs? A question for a loop.
import convcost

LIMIT = 150_000_000

for width in (1.0, 0.75, 0.5, 0.25):
    for resolution in (224, 192, 160, 128):
        net = convcost.load("mobilenet_v1", width=width, resolution=resolution)
        totals = net.analyze().totals
        if totals.macs < LIMIT:
            print(f"{width}-{resolution}: {totals.macs:,} MACs, {totals.params:,} params")
