#!/usr/bin/env bash
# The JVM's class data archives, the ahead-of-time cache of Java 25 among them, leave out every class older than Java 6.
#
# Seen with OpenJDK 17 (-XX:ArchiveClassesAtExit) and 25 (-XX:AOTCacheOutput), and picocli 4.7.7: none of the 150 classes
# that picocli loads for one option comes from the archive, because picocli is compiled for Java 5 (class file version 49).
# The JVM reads them from the jar at each start and checks them with its older, slower verifier. The application's own
# classes do come from the archive, so the start gets faster and nobody looks further. The warnings of the training run
# name each class.
#
# Source: picocli 4.7.7's class files; the JVM's warnings "Pre JDK 6 class not supported" and "Old class has been linked".
# Instead: look at `-Xlog:class+load` of a start with the cache for classes that come from a jar, and keep such libraries
# out of a command that must start fast.
set -euo pipefail
version=4.7.7
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/pom.xml" <<END
<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>info.picocli</groupId><artifactId>picocli</artifactId><version>$version</version></dependency>
  </dependencies>
</project>
END
cat >"$work/Hello.java" <<'END'
import picocli.CommandLine;
import picocli.CommandLine.Option;

public class Hello implements Runnable {
    @Option(names = "--name")
    String name = "";

    public void run() {
        System.out.println("Hello, " + this.name);
    }

    public static void main(String[] args) {
        System.exit(new CommandLine(new Hello()).execute(args));
    }
}
END
mvn -q -B -f "$work/pom.xml" dependency:copy-dependencies -DoutputDirectory="$work"
javac -cp "$work/picocli-$version.jar" -d "$work" "$work/Hello.java"
jar --create --file "$work/hello.jar" -C "$work" Hello.class
classpath="$work/hello.jar:$work/picocli-$version.jar"
java=$(java -version 2>&1 | sed -nE '1s/.*"([0-9]+).*/\1/p')
make=-XX:ArchiveClassesAtExit use=-XX:SharedArchiveFile
if [ "$java" -ge 25 ]; then
  make=-XX:AOTCacheOutput use=-XX:AOTCache
fi
java "$make=$work/archive" -cp "$classpath" Hello --name you >/dev/null 2>&1
java "$use=$work/archive" -Xlog:class+load -cp "$classpath" Hello --name you >"$work/loaded"
echo "picocli $version: major version $(javap -v -cp "$classpath" picocli.CommandLine | sed -nE 's/.*major version: //p')"
archived() { grep -cE "\] $1.* source: shared objects file" "$work/loaded" || true; }
loaded() { grep -cE "\] $1.* source: " "$work/loaded"; }
echo "Java $java: Hello from the archive: $(archived Hello) of $(loaded Hello)"
echo "Java $java: picocli from the archive: $(archived picocli.) of $(loaded picocli.)"
if [ "$(archived Hello)" = 0 ] || [ "$(archived picocli.)" != 0 ] || [ "$(loaded picocli.)" -lt 100 ]; then
  echo 'FAILED: this is not what was seen before'
  exit 1
fi
