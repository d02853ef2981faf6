package dev.tcpecho;

import dev.tcpecho.BehaviourProperties.After;
import dev.tcpecho.BehaviourProperties.Chunk;
import dev.tcpecho.BehaviourProperties.Delay;
import dev.tcpecho.BehaviourProperties.Distribution;
import dev.tcpecho.BehaviourProperties.Format;
import dev.tcpecho.BehaviourProperties.Greeting;
import dev.tcpecho.BehaviourProperties.Mode;
import dev.tcpecho.BehaviourProperties.Refuse;
import dev.tcpecho.EchoProperties.Protocol;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.util.unit.DataSize;

/** Refuses behaviours that mean nothing, or that contradict each other. */
public final class BehaviourRules {

    private static final Pattern PLACEHOLDER = Pattern.compile("\\{([\\w.-]+)}");

    private static final Pattern ESCAPE = Pattern.compile("\\\\(.?)");

    private final String prefix;

    private BehaviourRules(String prefix) {
        this.prefix = prefix;
    }

    /**
     * Checks the behaviours of one listener.
     *
     * @param prefix what the names of their properties begin with, for example {@code echo.listeners.plain.behaviours.}
     * @param behaviours the behaviours
     * @throws EchoConfigurationException if one of them cannot be meant
     */
    public static void check(String prefix, BehaviourProperties behaviours) {
        new BehaviourRules(prefix).check(behaviours);
    }

    /**
     * Checks that the behaviours are for what the listener echoes.
     *
     * @param prefix what the names of their properties begin with
     * @param behaviours the behaviours
     * @param protocol what the listener echoes
     * @throws EchoConfigurationException if one of them can do nothing there
     */
    public static void check(String prefix, BehaviourProperties behaviours, Protocol protocol) {
        if (protocol == Protocol.TCP) {
            if (behaviours.loss() != null) {
                throw new EchoConfigurationException(
                        "%sloss is set, but a TCP listener echoes no datagrams.".formatted(prefix),
                        "Remove %sloss, or set the protocol of the listener to udp.".formatted(prefix),
                        prefix + "loss");
            }
            return;
        }
        Map<String, @Nullable Object> ofStreams = new LinkedHashMap<>();
        ofStreams.put("rate", behaviours.rate());
        ofStreams.put("chunk", behaviours.chunk());
        ofStreams.put("stall-after", behaviours.stallAfter());
        ofStreams.put("greeting", behaviours.greeting());
        ofStreams.put("close-after", behaviours.closeAfter());
        ofStreams.put("reset-after", behaviours.resetAfter());
        ofStreams.put("refuse", behaviours.refuse());
        ofStreams.forEach((name, value) -> {
            if (value != null) {
                throw new EchoConfigurationException(
                        "%s is set, but a UDP listener has no connections.".formatted(prefix + name),
                        "Remove %s; datagrams can have delay, corrupt and loss.".formatted(prefix + name),
                        prefix + name);
            }
        });
    }

    private void check(BehaviourProperties behaviours) {
        if (behaviours.loss() != null) {
            share("loss.probability", behaviours.loss().probability());
        }
        if (behaviours.corrupt() != null) {
            positive("corrupt.one-bit-in", behaviours.corrupt().oneBitIn());
            share("corrupt.probability", behaviours.corrupt().probability());
        }
        if (behaviours.delay() != null) {
            delay(behaviours.delay());
        }
        if (behaviours.rate() != null) {
            positive("rate.bytes-per-second", behaviours.rate().bytesPerSecond());
            share("rate.probability", behaviours.rate().probability());
        }
        if (behaviours.chunk() != null) {
            chunk(behaviours.chunk());
        }
        if (behaviours.greeting() != null) {
            greeting(behaviours.greeting());
        }
        if (behaviours.refuse() != null) {
            refuse(behaviours.refuse());
        }
        after("stall-after", behaviours.stallAfter());
        after("close-after", behaviours.closeAfter());
        after("reset-after", behaviours.resetAfter());
        if (behaviours.closeAfter() != null && behaviours.resetAfter() != null) {
            throw new EchoConfigurationException(
                    "%sclose-after and %sreset-after are both set, but a connection ends only once."
                            .formatted(this.prefix, this.prefix),
                    "Remove %sclose-after or %sreset-after.".formatted(this.prefix, this.prefix),
                    this.prefix + "close-after",
                    this.prefix + "reset-after");
        }
    }

    private void delay(Delay delay) {
        notNegative("delay.duration", delay.duration());
        notNegative("delay.jitter", delay.jitter());
        share("delay.probability", delay.probability());
        if (delay.distribution() == Distribution.NORMAL && delay.jitter().isZero()) {
            throw new EchoConfigurationException(
                    "%sdelay.distribution is 'normal', but there is no jitter to distribute.".formatted(this.prefix),
                    "Set %sdelay.jitter, or remove %sdelay.distribution.".formatted(this.prefix, this.prefix),
                    this.prefix + "delay.distribution");
        }
        if (delay.distribution() == Distribution.UNIFORM && delay.jitter().compareTo(delay.duration()) > 0) {
            throw wrong(
                    "delay.jitter",
                    Durations.print(delay.jitter()),
                    "at most the delay of %s, unless delay.distribution is 'normal'"
                            .formatted(Durations.print(delay.duration())));
        }
    }

    private void chunk(Chunk chunk) {
        positive("chunk.size", chunk.size());
        notNegative("chunk.pause", chunk.pause());
        share("chunk.probability", chunk.probability());
        if (chunk.variation().isNegative() || chunk.variation().compareTo(chunk.size()) >= 0) {
            throw wrong(
                    "chunk.variation",
                    chunk.variation(),
                    "0B or more, and less than the chunk size of " + chunk.size());
        }
    }

    private void after(String name, @Nullable After after) {
        if (after == null) {
            return;
        }
        share(name + ".probability", after.probability());
        if (after.bytes() == null && after.time() == null) {
            throw new EchoConfigurationException(
                    "%s has neither bytes nor time.".formatted(this.prefix + name),
                    "Set %s.bytes, %s.time or both.".formatted(this.prefix + name, this.prefix + name),
                    this.prefix + name);
        }
        if (after.bytes() != null) {
            positive(name + ".bytes", after.bytes());
        }
        if (after.time() != null) {
            notNegative(name + ".time", after.time());
        }
    }

    private void greeting(Greeting greeting) {
        share("greeting.probability", greeting.probability());
        String text = greeting.text();
        if (greeting.format() == Format.JSON) {
            if (!text.isEmpty()) {
                throw wrong("greeting.text", text, "empty if greeting.format is 'json'");
            }
            return;
        }
        if (text.isEmpty() || text.length() > Greeting.MAX_LENGTH) {
            throw wrong("greeting.text", text, String.format(Locale.ROOT, "1 to %,d characters", Greeting.MAX_LENGTH));
        }
        Matcher placeholders = PLACEHOLDER.matcher(text);
        while (placeholders.find()) {
            if (!Greeting.PLACEHOLDERS.contains(placeholders.group(1))) {
                throw unknown("placeholder", placeholders.group(), text, braced());
            }
        }
        Matcher escapes = ESCAPE.matcher(text);
        while (escapes.find()) {
            if (!List.of("r", "n", "t", "\\").contains(escapes.group(1))) {
                throw unknown("escape", escapes.group(), text, "\\r, \\n, \\t or \\\\");
            }
        }
    }

    private static String braced() {
        List<String> names = Greeting.PLACEHOLDERS;
        return names.stream().limit(names.size() - 1).map("{%s}"::formatted).collect(Collectors.joining(", "))
                + " or {%s}".formatted(names.get(names.size() - 1));
    }

    private void refuse(Refuse refuse) {
        share("refuse.share", refuse.share());
        if (refuse.mode() == Mode.CLOSE_PORT && refuse.share() != 1) {
            throw wrong(
                    "refuse.share",
                    refuse.share(),
                    "1 if refuse.mode is 'close-port', because a closed port refuses every connection");
        }
    }

    /** The binder leaves out what is not set, whether or not it may be. */
    private <T> T set(String name, @Nullable T value) {
        if (value == null) {
            String behaviour = name.replaceAll("\\..*", "");
            throw new EchoConfigurationException(
                    "%s is not set.".formatted(this.prefix + name),
                    "Set %s, or remove %s.".formatted(this.prefix + name, this.prefix + behaviour),
                    this.prefix + behaviour);
        }
        return value;
    }

    private void positive(String name, @Nullable DataSize value) {
        if (set(name, value).toBytes() < 1) {
            throw wrong(name, set(name, value), "1B or more");
        }
    }

    private void notNegative(String name, @Nullable Duration value) {
        if (set(name, value).isNegative()) {
            throw wrong(name, Durations.print(set(name, value)), "0s or more");
        }
    }

    private void share(String name, double value) {
        if (!(value >= 0 && value <= 1)) {
            throw wrong(name, value, "a share from 0 to 1");
        }
    }

    private EchoConfigurationException wrong(String name, Object value, String wanted) {
        return new EchoConfigurationException(
                "%s is '%s', but must be %s.".formatted(this.prefix + name, value, wanted),
                "Correct the value of %s.".formatted(this.prefix + name),
                this.prefix + name);
    }

    private EchoConfigurationException unknown(String kind, String found, String text, String known) {
        return new EchoConfigurationException(
                "%sgreeting.text is '%s', but there is no %s %s.".formatted(this.prefix, text, kind, found),
                "Use %s in %sgreeting.text.".formatted(known, this.prefix),
                this.prefix + "greeting.text");
    }
}
