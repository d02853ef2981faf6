package dev.tcpecho.management;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.http.HttpStatus;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;
import org.springframework.util.InvalidMimeTypeException;
import org.springframework.web.server.ResponseStatusException;

/** What is answered and logged for failures that an endpoint or Spring did not expect. */
@ExtendWith(OutputCaptureExtension.class)
class UnansweredRequestsTests {

    private final UnansweredRequests handler = new UnansweredRequests();

    private final MockServerWebExchange exchange = MockServerWebExchange.from(MockServerHttpRequest.get("/"));

    @Test
    void faultOfTheServiceIsAnsweredWith500AndLoggedWithItsStackTraceOnceASecond(CapturedOutput output) {
        for (int i = 0; i < 100; i++) {
            MockServerWebExchange exchange = MockServerWebExchange.from(MockServerHttpRequest.get("/"));
            this.handler.handle(exchange, new IllegalStateException("broken")).block();
            assertThat(exchange.getResponse().getStatusCode()).isEqualTo(HttpStatus.INTERNAL_SERVER_ERROR);
        }
        assertThat(output.toString().lines())
                .filteredOn(line -> line.contains("The management port could not answer a request"))
                .hasSizeBetween(1, 3);
        assertThat(output).contains("java.lang.IllegalStateException: broken").contains("\tat ");
    }

    @Test
    void typeThatIsNoneIsAnsweredWith400AndNotLogged(CapturedOutput output) {
        this.handler
                .handle(this.exchange, new InvalidMimeTypeException("x", "no '/'"))
                .block();
        assertThat(this.exchange.getResponse().getStatusCode()).isEqualTo(HttpStatus.BAD_REQUEST);
        assertThat(output).doesNotContain("could not answer");
    }

    @Test
    void failuresThatHaveAStatusOrNoClientAnyMoreAreLeftToSpring(CapturedOutput output) {
        for (Exception failure : new Exception[] {
            new ResponseStatusException(HttpStatus.NOT_FOUND), new IOException("Connection reset by peer")
        }) {
            assertThat(this.handler
                            .handle(this.exchange, failure)
                            .materialize()
                            .block()
                            .getThrowable())
                    .isSameAs(failure);
        }
        assertThat(output).doesNotContain("could not answer");
    }

    @Test
    void failureBehindAnAnswerIsNotLogged(CapturedOutput output) {
        this.exchange.getResponse().setComplete().block();
        assertThat(catchThrowable(() -> this.handler
                        .handle(this.exchange, new IllegalStateException("late"))
                        .block()))
                .hasMessage("late");
        assertThat(output).doesNotContain("could not answer");
    }
}
