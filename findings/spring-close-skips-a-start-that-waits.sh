#!/usr/bin/env bash
# Spring does not stop what it has started if the process is ended while the start waits for a lock.
#
# Seen with Spring Framework 7.0.10: one lifecycle bean has started, and the next one waits for a lock that another thread
# holds. System.exit or SIGTERM comes then. The shutdown hook takes the waiting thread for one that itself called
# System.exit, so that close() returns at once: stop() of the first bean is never called, and the process ends. Without the
# wait, stop() is called. A start also waits for a lock where a request of another thread creates a lazy bean meanwhile.
#
# Source: https://github.com/spring-projects/spring-framework/issues/36260
# Instead: open ports only when nothing more has to be created; or stop what must be stopped in a shutdown handler too
# (SpringApplication.getShutdownHandlers), which runs behind the contexts.
set -euo pipefail
version=7.0.10
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/pom.xml" <<END
<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
  <dependencies>
    <dependency>
      <groupId>org.springframework</groupId><artifactId>spring-context</artifactId><version>$version</version>
    </dependency>
  </dependencies>
</project>
END
cat >"$work/WaitingStart.java" <<'END'
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.ReentrantLock;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.support.GenericApplicationContext;

class WaitingStart {
    static final ReentrantLock LOCK = new ReentrantLock();

    public static void main(String[] args) throws Exception {
        boolean waits = args[0].equals("waits");
        CountDownLatch locked = new CountDownLatch(1);
        Thread holder = new Thread(() -> {
            LOCK.lock();
            locked.countDown();
            try {
                Thread.sleep(10_000);
            } catch (InterruptedException ex) {
                Thread.currentThread().interrupt();
            }
        });
        holder.setDaemon(true);
        holder.start();
        locked.await();
        GenericApplicationContext context = new GenericApplicationContext();
        context.registerShutdownHook();
        context.registerBean("first", Part.class, () -> new Part(0, () -> System.out.println("first started")));
        context.registerBean("second", Part.class, () -> new Part(1, () -> {
            if (waits) {
                Thread starting = Thread.currentThread();
                new Thread(() -> {
                    while (starting.getState() != Thread.State.WAITING) {
                        Thread.onSpinWait();
                    }
                    System.exit(0);
                }).start();
                LOCK.lock();
            }
        }));
        context.refresh();
        System.exit(0);
    }

    static class Part implements SmartLifecycle {
        final int phase;
        final Runnable start;
        volatile boolean running;

        Part(int phase, Runnable start) {
            this.phase = phase;
            this.start = start;
        }

        public void start() {
            this.running = true;
            this.start.run();
        }

        public void stop() {
            this.running = false;
            System.out.println("stopped " + (this.phase == 0 ? "first" : "second"));
        }

        public boolean isRunning() {
            return this.running;
        }

        public int getPhase() {
            return this.phase;
        }
    }
}
END
cd "$work"
mvn -B -q dependency:copy-dependencies -DoutputDirectory=lib >/dev/null
javac -nowarn -cp 'lib/*' WaitingStart.java
goes_on=$(timeout 60 java -cp 'lib/*:.' WaitingStart 'goes on' 2>/dev/null)
waits=$(timeout 60 java -cp 'lib/*:.' WaitingStart waits 2>/dev/null)
echo "Spring Framework $version, a start that goes on: ${goes_on//$'\n'/, }"
echo "Spring Framework $version, a start that waits: ${waits//$'\n'/, }"
if ! grep -qx 'stopped first' <<<"$goes_on" || [ "$waits" != 'first started' ]; then
  echo 'that is not what was seen before'
  exit 1
fi
