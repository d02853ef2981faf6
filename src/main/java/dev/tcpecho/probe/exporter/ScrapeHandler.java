package dev.tcpecho.probe.exporter;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.OpenMetricsTextFormatWriter;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executor;
import java.util.function.BiFunction;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** Answers GET and HEAD of {@code /metrics}, and refuses all else in one sentence. */
final class ScrapeHandler implements BiFunction<HttpServerRequest, HttpServerResponse, Publisher<Void>> {

    private static final String PATH = "/metrics";

    private final ExpositionFormatWriter text = PrometheusTextFormatWriter.create();

    private final ExpositionFormatWriter openMetrics = OpenMetricsTextFormatWriter.create();

    private final Figures figures;

    private final Executor eventLoop;

    ScrapeHandler(Figures figures, Executor eventLoop) {
        this.figures = figures;
        this.eventLoop = eventLoop;
    }

    @Override
    public Publisher<Void> apply(HttpServerRequest request, HttpServerResponse response) {
        if (!path(request).equals(PATH)) {
            return refuse(request, response, HttpResponseStatus.NOT_FOUND, "There is nothing but " + PATH + " here.\n");
        }
        if (!isRead(request)) {
            response.header(HttpHeaderNames.ALLOW, "GET, HEAD");
            return refuse(
                    request, response, HttpResponseStatus.METHOD_NOT_ALLOWED, PATH + " takes GET and HEAD alone.\n");
        }
        ExpositionFormatWriter format = format(request);
        return Mono.fromFuture(this.figures.gather(this.eventLoop))
                .flatMap(
                        metrics -> Mono.from(send(request, response, format.getContentType(), write(format, metrics))));
    }

    /** Whatever stands behind it does not matter here. */
    private static String path(HttpServerRequest request) {
        return request.uri().split("[?]", 2)[0];
    }

    private static boolean isRead(HttpServerRequest request) {
        return request.method().equals(HttpMethod.GET) || request.method().equals(HttpMethod.HEAD);
    }

    private ExpositionFormatWriter format(HttpServerRequest request) {
        String accept = String.join(",", request.requestHeaders().getAll(HttpHeaderNames.ACCEPT));
        return this.openMetrics.accepts(accept) ? this.openMetrics : this.text;
    }

    private static byte[] write(ExpositionFormatWriter format, MetricSnapshots metrics) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            format.write(out, metrics);
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
        return out.toByteArray();
    }

    private static Publisher<Void> refuse(
            HttpServerRequest request, HttpServerResponse response, HttpResponseStatus status, String sentence) {
        return send(
                request,
                response.status(status),
                "text/plain; charset=utf-8",
                sentence.getBytes(StandardCharsets.UTF_8));
    }

    private static Publisher<Void> send(
            HttpServerRequest request, HttpServerResponse response, String contentType, byte[] body) {
        response.header(HttpHeaderNames.CONTENT_TYPE, contentType)
                .header(HttpHeaderNames.CONTENT_LENGTH, String.valueOf(body.length));
        return request.method().equals(HttpMethod.HEAD)
                ? response.sendHeaders()
                : response.sendByteArray(Mono.just(body));
    }
}
