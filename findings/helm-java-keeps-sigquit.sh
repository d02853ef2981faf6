#!/usr/bin/env bash
# A JVM in which helm-java has rendered a chart no longer learns of an attach: jcmd, jstack and agents wait for nothing.
#
# Seen with helm-java 0.0.21 on Java 17 and Linux: helm-java loads Helm as a library in Go. A JVM learns by SIGQUIT that it
# has to open its socket for tools, and Go's runtime can take that signal. Before a chart is rendered, a process can attach
# to itself, and behind `lint` too. Behind `template`, VirtualMachine.attach gives up after its 10 s: "target process doesn't
# respond". A process that was attached to once before keeps its socket, and so can be attached to again.
# In tests, an agent that is loaded late (Byte Buddy's, a fuzzer's) then fails only if it comes behind Helm in one process.
#
# Source: the documentation of Go's package os/signal, "Go programs that use cgo or SWIG"; attachListener_posix of OpenJDK.
# Instead: start such a JVM with -XX:+StartAttachListener.
set -euo pipefail
version=0.0.21
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/pom.xml" <<END
<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>com.marcnuri.helm-java</groupId><artifactId>helm-java</artifactId><version>$version</version></dependency>
  </dependencies>
</project>
END
cat >"$work/Attach.java" <<'END'
import com.marcnuri.helm.Helm;
import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.nio.file.*;

class Attach {
    public static void main(String[] args) throws Exception {
        if (args.length > 1) {
            System.out.println("before template: " + attach());
        }
        Path chart = Path.of(args[0], "chart");
        Files.createDirectories(chart);
        Files.writeString(chart.resolve("Chart.yaml"), "apiVersion: v2\nname: chart\nversion: 1.0.0\n");
        Files.createDirectories(chart.resolve("templates"));
        new Helm(chart).template().call();
        System.out.println("behind template: " + attach());
        System.exit(0);
    }

    static String attach() throws Exception {
        try {
            VirtualMachine.attach(String.valueOf(ProcessHandle.current().pid())).detach();
            return "attached";
        } catch (AttachNotSupportedException ex) {
            return "not attached";
        }
    }
}
END
mvn -q -f "$work/pom.xml" dependency:copy-dependencies -DoutputDirectory="$work/lib"
javac -cp "$work/lib/*" -d "$work" "$work/Attach.java"
attach() { java -Djdk.attach.allowAttachSelf=true "${@:2}" -cp "$work:$work/lib/*" Attach "$work" $1 2>/dev/null; }
seen=$(
  attach ''
  attach twice
  echo 'with -XX:+StartAttachListener:'
  attach '' -XX:+StartAttachListener
)
echo "helm-java $version:"
echo "$seen"
expected='behind template: not attached
before template: attached
behind template: attached
with -XX:+StartAttachListener:
behind template: attached'
if [ "$seen" != "$expected" ]; then
  echo 'that is not what was seen before'
  exit 1
fi
