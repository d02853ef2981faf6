package dev.tcpecho.transport;

import java.util.List;
import java.util.Locale;

/** What the property {@code echo.transport} may say. */
public enum TransportChoice {

    /** The cheapest transport that this process can use and that loses no byte. */
    AUTO(Transport.EPOLL, Transport.NIO),

    /** {@link Transport#NIO} or nothing. */
    NIO(Transport.NIO),

    /** {@link Transport#EPOLL} or nothing. */
    EPOLL(Transport.EPOLL),

    /** {@link Transport#IO_URING} or nothing. */
    IO_URING(Transport.IO_URING);

    private final List<Transport> candidates;

    TransportChoice(Transport... candidates) {
        this.candidates = List.of(candidates);
    }

    /**
     * Returns the first transport of this choice that can be used.
     *
     * @return the transport to run on
     * @throws TransportUnavailableException if this process can use none
     */
    public Transport resolve() {
        return this.candidates.stream()
                .filter(candidate -> candidate.unavailabilityCause() == null)
                .findFirst()
                .orElseThrow(() -> unavailable(this.candidates.get(0)));
    }

    private static TransportUnavailableException unavailable(Transport transport) {
        return new TransportUnavailableException(transport, transport.unavailabilityCause());
    }

    /** Returns the name as it is written in the configuration, for example {@code io-uring}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
