"""The chart is SVG that shows every server that was measured."""
import unittest
from xml.etree import ElementTree

from harness import chart
from harness.measurements import Measurements

from .made_up import results

SVG = "{http://www.w3.org/2000/svg}"


def draw(made_up):
    return ElementTree.fromstring(chart.draw(Measurements(made_up)))


def texts(svg):
    return ["".join(element.itertext()).strip() for element in svg.iter(f"{SVG}text")]


def bars(svg):
    return svg.findall(f"{SVG}rect")


class ChartTest(unittest.TestCase):
    def test_every_server_has_a_label_and_a_bar_with_its_median(self):
        made_up = results()
        svg = draw(made_up)
        for server in made_up["servers"].values():
            self.assertTrue(any(text.startswith(server["title"]) for text in texts(svg)), server["title"])
        self.assertEqual(len(bars(svg)), 5 + 2)
        for figure in ("8.0", "10.0", "13.0", "3,500", "2,900"):
            self.assertIn(figure, texts(svg))

    def test_the_least_is_first_and_ours_stand_out(self):
        svg = draw(results())
        self.assertEqual(texts(svg)[:2], ["C, epoll, 2 threads", "tcp-echo"])
        self.assertEqual(sum("ours" in bar.get("class") for bar in bars(svg)), 3)

    def test_a_bar_is_as_long_as_its_figure(self):
        widths = [float(bar.get("width")) for bar in bars(draw(results()))[:5]]
        for width, figure in zip(widths, [8, 10, 10, 10, 13]):
            self.assertAlmostEqual(width / widths[0], figure / 8, places=2)

    def test_who_loses_bytes_is_marked(self):
        svg = draw(results())
        self.assertIn("Netty handler ✗", texts(svg))
        self.assertTrue(any(text == chart.LOSES_NOTE for text in texts(svg)))
        self.assertIn("Loses bytes: Netty handler.", svg.find(f"{SVG}desc").text)

    def test_nothing_is_marked_where_nothing_is_lost(self):
        made_up = results()
        made_up["checks"] = {}
        self.assertFalse(any("✗" in text for text in texts(draw(made_up))))

    def test_it_has_a_title_and_tells_all_figures(self):
        svg = draw(results())
        self.assertIn("CPU an echo", svg.find(f"{SVG}title").text)
        self.assertIn("tcp-echo 10.0; ", svg.find(f"{SVG}desc").text)

    def test_a_title_with_the_marks_of_xml(self):
        made_up = results()
        made_up["servers"]["netty"]["title"] = '<b> & "c"'
        self.assertIn('<b> & "c" ✗', texts(draw(made_up)))

    def test_a_workload_that_is_missing_takes_its_panel_away(self):
        made_up = results()
        del made_up["workloads"]["idle"]
        svg = draw(made_up)
        self.assertEqual(len(bars(svg)), 5)
        self.assertFalse(any("idle" in text for text in texts(svg)))

    def test_a_server_that_failed_is_shown_as_failed(self):
        made_up = results()
        made_up["workloads"]["pingpong-50"]["samples"]["libevent"] = {"failed": "It ended."}
        svg = draw(made_up)
        self.assertIn("failed", texts(svg))
        self.assertIn("C, libevent, 1 thread", texts(svg))
        self.assertEqual(len(bars(svg)), 4 + 2)

    def test_no_workload_at_all(self):
        made_up = results()
        made_up["workloads"] = {}
        self.assertIn("nothing was measured", draw(made_up).find(f"{SVG}title").text)

    def test_nothing_leaves_the_picture(self):
        made_up = results()
        made_up["servers"]["netty"]["title"] = "A server with a title that is rather long"
        self.assert_inside(draw(made_up))
        del made_up["workloads"]["idle"]
        self.assert_inside(draw(made_up))

    def assert_inside(self, svg):
        for text in svg.iter(f"{SVG}text"):
            length = len("".join(text.itertext())) * chart.LETTER
            x = float(text.get("x"))
            self.assertLess(float(text.get("y")), float(svg.get("height")))
            if text.get("text-anchor") == "end":
                self.assertGreaterEqual(x - length, 0)
            else:
                self.assertLessEqual(x + length, float(svg.get("width")))
