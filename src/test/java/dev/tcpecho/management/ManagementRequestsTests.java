package dev.tcpecho.management;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.timeout.IdleStateEvent;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How long one connection of the management port may be without a request, and what of its answers is counted. */
class ManagementRequestsTests {

    private static final long TIMEOUT_MILLIS = 60_000;

    private final MeterRegistry registry = new SimpleMeterRegistry();

    private EmbeddedChannel connection;

    @BeforeEach
    void connect() {
        ManagementRefusals refusals = new ManagementRefusals();
        refusals.bindTo(this.registry);
        this.connection = new EmbeddedChannel();
        this.connection.freezeTime();
        ManagementRequests requests =
                new ManagementRequests(refusals, new ManagementConnections(refusals), TIMEOUT_MILLIS);
        this.connection.pipeline().addLast(requests.beginnings(), requests);
    }

    @AfterEach
    void close() {
        this.connection.finishAndReleaseAll();
    }

    private long refused(String reason) {
        return (long) this.registry
                .get("echo.management.refused")
                .tag("reason", reason)
                .functionCounter()
                .count();
    }

    private void pass(long millis) {
        this.connection.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
        this.connection.runScheduledPendingTasks();
    }

    private void request() {
        this.connection.writeInbound(
                new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/", Unpooled.EMPTY_BUFFER));
    }

    private static FullHttpResponse response(int status) {
        return new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status));
    }

    @Test
    void connectionThatSendsNothingIsClosed() {
        pass(TIMEOUT_MILLIS - 1);
        assertThat(this.connection.isOpen()).isTrue();
        pass(1);
        assertThat(this.connection.isOpen()).isFalse();
        assertThat(refused("idle")).isEqualTo(1);
        assertThat(refused("timeout")).isZero();
    }

    @Test
    void requestThatNeverEndsIsNoRequest() {
        this.connection.writeInbound(new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/"));
        pass(TIMEOUT_MILLIS);
        assertThat(this.connection.isOpen()).isFalse();
        assertThat(refused("timeout")).isEqualTo(1);
    }

    @Test
    void answerMayTakeLongAndTheTimeStartsAgainBehindIt() {
        request();
        pass(3 * TIMEOUT_MILLIS);
        assertThat(this.connection.isOpen()).isTrue();
        this.connection.writeOutbound(response(200));
        pass(TIMEOUT_MILLIS - 1);
        assertThat(this.connection.isOpen()).isTrue();
        pass(1);
        assertThat(this.connection.isOpen()).isFalse();
        assertThat(refused("idle")).isEqualTo(1);
    }

    @Test
    void requestThatIsBegunBehindAnAnswerAndNeverEndsIsSlow() {
        request();
        this.connection.writeOutbound(response(200));
        this.connection.writeInbound(Unpooled.copiedBuffer("GET / HT", StandardCharsets.US_ASCII));
        pass(TIMEOUT_MILLIS);
        assertThat(this.connection.isOpen()).isFalse();
        assertThat(refused("timeout")).isEqualTo(1);
        assertThat(refused("idle")).isZero();
    }

    @Test
    void clientThatTakesNothingOfItsAnswerIsClosed() {
        this.connection.pipeline().fireUserEventTriggered(IdleStateEvent.FIRST_ALL_IDLE_STATE_EVENT);
        assertThat(this.connection.isOpen()).isTrue();
        request();
        this.connection.pipeline().fireUserEventTriggered(IdleStateEvent.FIRST_ALL_IDLE_STATE_EVENT);
        assertThat(this.connection.isOpen()).isFalse();
        assertThat(refused("timeout")).isEqualTo(1);
    }

    @Test
    void continueIsNoAnswer() {
        this.connection.writeInbound(new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/"));
        this.connection.writeOutbound(response(100));
        this.connection.writeInbound(LastHttpContent.EMPTY_LAST_CONTENT);
        pass(2 * TIMEOUT_MILLIS);
        assertThat(this.connection.isOpen()).isTrue();
    }

    @Test
    void requestsAheadOfTheirAnswersAreBounded() {
        for (int i = 0; i < 16; i++) {
            request();
        }
        assertThat(this.connection.isOpen()).isTrue();
        request();
        assertThat(this.connection.isOpen()).isFalse();
        assertThat(this.connection.inboundMessages()).hasSize(16);
        assertThat(refused("limit")).isEqualTo(1);
    }

    @Test
    void answerMayComeBeforeTheRestOfItsRequest() {
        this.connection.writeInbound(new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/"));
        this.connection.writeOutbound(response(404));
        this.connection.writeInbound(LastHttpContent.EMPTY_LAST_CONTENT);
        pass(TIMEOUT_MILLIS - 1);
        assertThat(this.connection.isOpen()).isTrue();
        pass(1);
        assertThat(this.connection.isOpen()).isFalse();
    }

    @Test
    void endOfTheClientsStreamClosesWhenNothingIsUnanswered() {
        request();
        request();
        this.connection.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        this.connection.writeOutbound(response(200));
        assertThat(this.connection.isOpen()).isTrue();
        this.connection.writeOutbound(response(200));
        assertThat(this.connection.isOpen()).isFalse();
    }

    @Test
    void endOfTheClientsStreamClosesAtOnceBehindAnAnswer() {
        request();
        this.connection.writeOutbound(response(200));
        this.connection.pipeline().fireUserEventTriggered(SslCloseCompletionEvent.SUCCESS);
        assertThat(this.connection.isOpen()).isFalse();
    }

    @Test
    void clientThatHalfClosesAndTakesNothingOfItsAnswerIsClosed() {
        request();
        this.connection.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        this.connection.pipeline().fireUserEventTriggered(IdleStateEvent.FIRST_ALL_IDLE_STATE_EVENT);
        assertThat(this.connection.isOpen()).isFalse();
        assertThat(refused("timeout")).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
        "400, bad-request",
        "403, other",
        "404, not-found",
        "405, method-not-allowed",
        "406, not-acceptable",
        "413, too-large",
        "414, too-large",
        "415, not-acceptable",
        "431, too-large",
        "500, error"
    })
    void answersThatRefuseAreCounted(int status, String reason) {
        request();
        this.connection.writeOutbound(response(status));
        assertThat(refused(reason)).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"200", "304", "503"})
    void answersThatTellSomethingAreNot(int status) {
        request();
        this.connection.writeOutbound(response(status));
        assertThat(this.registry.get("echo.management.refused").functionCounters())
                .allSatisfy(counter -> assertThat(counter.count()).isZero());
    }
}
