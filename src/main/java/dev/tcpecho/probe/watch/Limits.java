package dev.tcpecho.probe.watch;

import dev.tcpecho.probe.cli.Units;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.convert.DurationStyle;

/**
 * What turns the watch into a check.
 *
 * @param maxInterruption how long an interruption may be; null for no limit
 * @param maxLost how many messages both clocks together may lose; null for no limit
 */
record Limits(@Nullable Duration maxInterruption, @Nullable Long maxLost) {

    /** Returns a sentence for each limit that was passed. */
    List<String> passed(List<Ledger> ledgers) {
        List<String> sentences = new ArrayList<>();
        long longest = ledgers.stream()
                .mapToLong(ledger -> ledger.totals().longestNanos())
                .max()
                .orElse(0);
        if (this.maxInterruption != null && longest > this.maxInterruption.toNanos()) {
            sentences.add("the longest interruption was %s, and --max-interruption is %s"
                    .formatted(Units.millis(longest), DurationStyle.SIMPLE.print(this.maxInterruption)));
        }
        long lost = ledgers.stream().mapToLong(ledger -> ledger.counts().lost()).sum();
        if (this.maxLost != null && lost > this.maxLost) {
            sentences.add("messages lost: %s, and --max-lost is %s".formatted(lost, this.maxLost));
        }
        return sentences;
    }
}
