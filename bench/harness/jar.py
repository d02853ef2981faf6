"""The packaged service."""
import glob
import re
import sys
import zipfile
from pathlib import Path


def find_jar(given, repository):
    """The jar that was given, else the one that the build made; ends the run if there is none."""
    jars = [given] if given else glob.glob(str(repository / "target/tcp-echo-*.jar"))
    if len(jars) != 1 or not Path(jars[0]).is_file():
        sys.exit("there is no jar: build one with `mvn package`, or name it")
    return Path(jars[0])


def commit(jar):
    """The commit that a jar was built from, as it tells itself; its name if it does not."""
    with zipfile.ZipFile(jar) as files:
        try:
            properties = files.read("BOOT-INF/classes/git.properties").decode()
        except KeyError:
            return jar.name
    match = re.search(r"^git\.commit\.id\.abbrev=(\w+)", properties, re.MULTILINE)
    return match[1] if match else jar.name
