"""Results as bench/run records them, with figures that are made up."""


def sample(cpu_us, **fields):
    return {
        "cpu_us": cpu_us,
        "per_second": 600_000 / cpu_us,
        "p50_ms": 0.4,
        "p99_ms": cpu_us / 10,
        "p999_ms": 2.0,
        "resident_mib": 100.0,
        **fields,
    }


def results():
    """Each goal is met, by the figures of three rounds."""
    return {
        "date": "2026-01-31",
        "commit": "abc1234",
        "machine": {"processor": "A processor <of ours> & theirs", "cores": 2, "memory_gib": 8, "kernel": "6.1"},
        "versions": {"java": "25.0.3", "netty": "4.2.18.Final"},
        "rounds": 3,
        "servers": {
            "ours": {"title": "tcp-echo", "note": ""},
            "ours-unmetered": {"title": "tcp-echo, metrics off", "note": ""},
            "netty": {"title": "Netty handler", "note": ""},
            "epoll": {"title": "C, epoll, 2 threads", "note": ""},
            "libevent": {"title": "C, libevent, 1 thread", "note": "The tutorial's program, <mended>."},
        },
        "checks": {
            "ours": [{"case": "half-close", "lost": ""}, {"case": "slow reader", "lost": ""}],
            "netty": [{"case": "half-close", "lost": ""}, {"case": "slow reader", "lost": "3 of 8 MB did not come."}],
            "epoll": [{"case": "half-close", "lost": ""}],
        },
        "workloads": {
            "pingpong-50": {
                "title": "512 bytes, 50 clients",
                "description": "Each waits for its echo.",
                "samples": {
                    # The medians alone would say 1.00 of the Netty handler's; the rounds say 0.90.
                    "ours": [sample(9.0), sample(10.0), sample(18.0)],
                    "ours-unmetered": [sample(9.0), sample(10.0), sample(18.0)],
                    "netty": [sample(10.0), sample(10.0), sample(20.0)],
                    "epoll": [sample(8.0), sample(8.0), sample(16.0)],
                    "libevent": [sample(13.0), sample(13.0), sample(26.0)],
                },
            },
            "pingpong-1000": {
                "title": "512 bytes, 1,000 clients",
                "description": "",
                "samples": {"ours": [sample(9.0), sample(10.0), sample(18.0)]},
            },
            "pingpong-50-threads": {
                "title": "512 bytes, 50 clients, the load on 2 threads",
                "description": "",
                "samples": {"ours": [sample(9.0)] * 3, "libevent": [sample(13.0)] * 3},
            },
            "pingpong-50-beside-idle": {
                "title": "512 bytes, 50 clients beside idle connections",
                "description": "",
                "samples": {"ours": [sample(11.0, cpu_us_without=10.0)] * 3},
            },
            "pipelined": {
                "title": "64 bytes, 16 at once",
                "description": "",
                "samples": {"ours": [sample(1.0)] * 3, "netty": [sample(1.0)] * 3},
            },
            "bulk": {
                "title": "64 KiB",
                "description": "",
                "samples": {"ours": [sample(30.0)] * 3, "netty": [sample(30.0)] * 3},
            },
            "idle": {
                "title": "19,000 idle connections",
                "description": "",
                "samples": {
                    "ours": [{"bytes_each": 3500, "heap_bytes_each": 2000, "p50_ms": 0.1, "p99_ms": 0.2, "p999_ms": 0.3, "cpu_us": 9.5}] * 3,
                    "netty": [{"bytes_each": 2900, "heap_bytes_each": None, "p50_ms": 0.1, "p99_ms": 0.2, "p999_ms": 0.3, "cpu_us": 9.5}] * 3,
                },
            },
        },
    }
