"""Every server is measured once a round, and no place in the round is one server's."""
import unittest

from harness.comparison import Comparison


class Server:
    tls = False

    def __init__(self, name):
        self.name = name

    def start(self):
        return self

    def stop(self):
        pass


class Sample:
    cpu_us = 1.0


class Workload:
    name = "made up"
    tls = False
    fresh = False
    most_rounds = 100

    def __init__(self):
        self.measured = []

    def warm_up(self, process):
        pass

    def measure(self, server, process):
        self.measured.append(server.name)
        return Sample()


class ComparisonTest(unittest.TestCase):
    def test_rounds_differ_in_their_order_and_each_has_every_server_once(self):
        workload = Workload()
        with Comparison([Server("a"), Server("b"), Server("c")], lambda line: None) as comparison:
            samples, failures = comparison.run(workload, 9)
        self.assertEqual({name: len(measured) for name, measured in samples.items()}, {"a": 9, "b": 9, "c": 9})
        self.assertEqual(failures, {})
        rounds = [tuple(workload.measured[start : start + 3]) for start in range(0, 27, 3)]
        for order in rounds:
            self.assertEqual(sorted(order), ["a", "b", "c"])
        self.assertEqual({order[0] for order in rounds}, {"a", "b", "c"})


if __name__ == "__main__":
    unittest.main()
