package dev.tcpecho.probe.udp;

import dev.tcpecho.probe.udp.Answer.Kind;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What became of the datagrams. Each that was sent is under way, or has come back whole in time, or late, or damaged,
 * or is lost.
 */
final class UdpTally {

    private final int size;

    private final BitSet answered = new BitSet();

    private final Map<Kind, Integer> kinds = new EnumMap<>(Kind.class);

    private int sent;

    private int received;

    private int whole;

    private int late;

    private int lost;

    private int duplicates;

    private int reordered;

    private int fromOthers;

    private int unreachable;

    private int newest = Datagrams.UNKNOWN;

    private @Nullable String example;

    UdpTally(int size) {
        this.size = size;
    }

    void sent() {
        this.sent++;
    }

    /** Counts a datagram whose time is up. An answer may still come. */
    void givenUp() {
        this.lost++;
    }

    /** Counts that the service's host has told that nobody listens. */
    void unreachable() {
        this.unreachable++;
    }

    /**
     * Counts an answer.
     *
     * @param answer what came
     * @param inTime whether its datagram was under way
     * @return whether it is the first one to its datagram, whole and in time
     */
    boolean answered(Answer answer, boolean inTime) {
        this.received++;
        if (answer.kind() != Kind.WHOLE) {
            example(answer, answer.difference(this.size));
        }
        this.kinds.merge(answer.kind(), 1, Integer::sum);
        if (!isFirst(answer, inTime) || answer.kind() != Kind.WHOLE) {
            return false;
        }
        if (answer.number() < this.newest) {
            this.reordered++;
        }
        this.newest = Math.max(this.newest, answer.number());
        if (inTime) {
            this.whole++;
        } else {
            this.late++;
        }
        return inTime;
    }

    /** Counts an answer that no client with a connected socket would see. */
    void answeredByOther(Answer answer, boolean inTime) {
        this.received++;
        this.fromOthers++;
        example(answer, "came from another address than the one that was asked");
        isFirst(answer, inTime);
    }

    /** Tells whether an answer is the first one to a datagram. If the datagram was given up, it is lost no more. */
    private boolean isFirst(Answer answer, boolean inTime) {
        if (answer.number() == Datagrams.UNKNOWN) {
            return false;
        }
        if (this.answered.get(answer.number())) {
            this.duplicates++;
            return false;
        }
        this.answered.set(answer.number());
        if (!inTime) {
            this.lost--;
        }
        return true;
    }

    private void example(Answer answer, String difference) {
        if (this.example == null) {
            this.example = (answer.number() == Datagrams.UNKNOWN)
                    ? "an answer " + difference
                    : "the answer to datagram %s, counted from 0, %s".formatted(answer.number(), difference);
        }
    }

    int numberSent() {
        return this.sent;
    }

    int received() {
        return this.received;
    }

    int whole() {
        return this.whole;
    }

    int lost() {
        return this.lost;
    }

    /** Tells whether the service's host has told that nobody listens. */
    boolean isUnreachable() {
        return this.unreachable > 0;
    }

    /** Returns the first answer that is not whole, or comes from another address, in a sentence; null for none. */
    @Nullable
    String example() {
        return this.example;
    }

    /** Tells whether every datagram came back whole, once and in time. */
    boolean isComplete(int count) {
        return this.whole == count && this.received == count;
    }

    /** Returns every count by its name in the schema. */
    Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("sent", this.sent);
        fields.put("received", this.received);
        fields.put("whole", this.whole);
        fields.putAll(faults());
        fields.put("reordered", this.reordered);
        return fields;
    }

    private Map<String, Integer> faults() {
        Map<String, Integer> faults = new LinkedHashMap<>();
        faults.put("lost", this.lost);
        faults.put("late", this.late);
        faults.put("duplicates", this.duplicates);
        faults.put("changed", kind(Kind.CHANGED));
        faults.put("shorter", kind(Kind.SHORTER));
        faults.put("longer", kind(Kind.LONGER));
        faults.put("fromOtherAddress", this.fromOthers);
        faults.put("portUnreachable", this.unreachable);
        return faults;
    }

    private int kind(Kind kind) {
        return this.kinds.getOrDefault(kind, 0);
    }

    /** Returns every count in one line. */
    String forPeople() {
        return "sent %s, received %s, %s, reordered %s"
                .formatted(this.sent, this.received, list(faults(), false), this.reordered);
    }

    /** Returns the counts of what went wrong, without those that are 0. */
    String faultsForPeople() {
        return list(faults(), true);
    }

    private static String list(Map<String, Integer> counts, boolean someOnly) {
        return counts.entrySet().stream()
                .filter(count -> !someOnly || count.getValue() > 0)
                .map(count -> "%s %s".formatted(words(count.getKey()), count.getValue()))
                .collect(Collectors.joining(", "));
    }

    private static String words(String name) {
        return switch (name) {
            case "fromOtherAddress" -> "from another address";
            case "portUnreachable" -> "port unreachable";
            default -> name;
        };
    }
}
