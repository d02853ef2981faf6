"""The packaged service."""
import glob
import sys
from pathlib import Path


def find_jar(given, repository):
    """The jar that was given, else the one that the build made; ends the run if there is none."""
    jars = [given] if given else glob.glob(str(repository / "target/tcp-echo-*.jar"))
    if len(jars) != 1 or not Path(jars[0]).is_file():
        sys.exit("there is no jar: build one with `mvn package`, or name it")
    return Path(jars[0])
