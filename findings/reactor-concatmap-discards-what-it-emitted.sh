#!/usr/bin/env bash
# Reactor's concatMap hands a value to the discard hook that it has emitted before.
#
# Seen with reactor-core 3.8.8: where the inner source of Flux.concatMap is scalar, as Mono.just is, a cancellation after
# the value was received discards the same value. doOnDiscard is the place to release reference-counted buffers that an
# operator drops, so that a buffer is released twice, or used after it was freed. It takes a subscriber that asks for one
# value at a time and cancels; an inner source that is not scalar does not do it.
#
# Source: https://github.com/reactor/reactor-core/pull/4352
# Instead: hide the inner source, as in concatMap(buffer -> Mono.just(buffer).hide()), or hold the waiting buffer in an
# operator of your own, which releases what it still has.
set -euo pipefail
version=3.8.8
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/pom.xml" <<END
<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
  <dependencies>
    <dependency>
      <groupId>io.projectreactor</groupId><artifactId>reactor-core</artifactId><version>$version</version>
    </dependency>
  </dependencies>
</project>
END
cat >"$work/Discards.java" <<'END'
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

class Discards {
    public static void main(String[] args) {
        System.out.println("scalar: " + receivedAndDiscarded(Mono::just));
        System.out.println("hidden: " + receivedAndDiscarded(value -> Mono.just(value).hide()));
    }

    static List<String> receivedAndDiscarded(Function<String, Publisher<String>> inner) {
        List<String> received = new ArrayList<>();
        List<String> discarded = new ArrayList<>();
        Flux.just("a", "b").hide().concatMap(inner)
                .doOnDiscard(String.class, discarded::add)
                .subscribe(new BaseSubscriber<>() {
                    protected void hookOnSubscribe(Subscription subscription) {
                        request(1);
                    }

                    protected void hookOnNext(String value) {
                        received.add(value);
                        cancel();
                    }
                });
        received.retainAll(discarded);
        return received;
    }
}
END
cd "$work"
mvn -B -q dependency:copy-dependencies -DoutputDirectory=lib >/dev/null
javac -nowarn -cp 'lib/*' Discards.java
seen=$(java -cp 'lib/*:.' Discards)
echo "reactor-core $version, received and then discarded:"
echo "$seen"
if [ "$seen" != $'scalar: [a]\nhidden: []' ]; then
  echo 'that is not what was seen before'
  exit 1
fi
