package dev.tcpecho.management;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Why the management port refused a request or a connection: the closed list of values of the tag {@code reason}. */
enum ManagementRefusal {

    /** The request is not HTTP/1.1, or its values cannot be (status 400). */
    BAD_REQUEST,

    /** There is nothing at its path (404). */
    NOT_FOUND,

    /** What is at its path does not know its method (405). */
    METHOD_NOT_ALLOWED,

    /** What it accepts or sends is no type that the endpoint has (406, 415). */
    NOT_ACCEPTABLE,

    /** Its path, headers or body are too large (413, 414, 431). */
    TOO_LARGE,

    /** Any other fault of the client (4xx). */
    OTHER,

    /** A fault of the service: 5xx, but for the 503 that is the answer of a health check. */
    ERROR,

    /** The TLS handshake failed. */
    TLS,

    /** The connection was open for too long without a byte of a request, for example between two requests. */
    IDLE,

    /** The connection began a request and did not end it, or took nothing of its answer, for too long. */
    TIMEOUT,

    /** Too many connections were open, and this one was unused for longest; or it sent too many requests at once. */
    LIMIT;

    /** Returns the reason of an answer's status, or {@code null} if the request was not refused. */
    static @Nullable ManagementRefusal ofStatus(int status) {
        return switch (status) {
            case 400 -> BAD_REQUEST;
            case 404 -> NOT_FOUND;
            case 405 -> METHOD_NOT_ALLOWED;
            case 406, 415 -> NOT_ACCEPTABLE;
            case 413, 414, 431 -> TOO_LARGE;
            case 503 -> null;
            default -> (status < 400) ? null : (status < 500) ? OTHER : ERROR;
        };
    }

    /** Returns the value of the metric tag, for example {@code not-found}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
