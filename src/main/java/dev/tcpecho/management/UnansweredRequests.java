package dev.tcpecho.management;

import java.util.concurrent.atomic.AtomicLong;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.core.Ordered;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.util.InvalidMimeTypeException;
import org.springframework.web.ErrorResponse;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebExceptionHandler;
import org.springframework.web.util.DisconnectedClientHelper;
import reactor.core.publisher.Mono;

/**
 * {@link WebExceptionHandler} for failures that have no status of their own. Spring would log each of them with its
 * stack trace, and some are a client's to bring about; this logs the first of a second.
 */
final class UnansweredRequests implements WebExceptionHandler, Ordered {

    private static final Log logger = LogFactory.getLog(UnansweredRequests.class);

    private static final long SECOND = 1_000_000_000;

    private final AtomicLong nextNanos = new AtomicLong(System.nanoTime());

    @Override
    public Mono<Void> handle(ServerWebExchange exchange, Throwable failure) {
        ServerHttpResponse response = exchange.getResponse();
        if (response.isCommitted()
                || failure instanceof ErrorResponse
                || DisconnectedClientHelper.isClientDisconnectedException(failure)) {
            return Mono.error(failure);
        }
        if (failure instanceof InvalidMimeTypeException) {
            return answer(response, HttpStatus.BAD_REQUEST);
        }
        long next = this.nextNanos.get();
        long now = System.nanoTime();
        if (now - next >= 0 && this.nextNanos.compareAndSet(next, now + SECOND)) {
            logger.error("The management port could not answer a request", failure);
        }
        return answer(response, HttpStatus.INTERNAL_SERVER_ERROR);
    }

    private static Mono<Void> answer(ServerHttpResponse response, HttpStatus status) {
        response.setStatusCode(status);
        return response.setComplete();
    }

    /** Comes before Spring Boot's, which would render the failure as the client asks for it, and may fail at that. */
    @Override
    public int getOrder() {
        return HIGHEST_PRECEDENCE;
    }
}
