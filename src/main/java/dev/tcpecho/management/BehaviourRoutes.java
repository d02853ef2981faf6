package dev.tcpecho.management;

import dev.tcpecho.EchoConfigurationException;
import dev.tcpecho.behaviour.BehaviourRegistry;
import dev.tcpecho.behaviour.ListenerBehaviours;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.Supplier;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.EndpointAccessResolver;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.context.annotation.Bean;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.web.reactive.function.BodyExtractors;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Reads and switches the behaviours of one listener, below the path of {@link BehavioursEndpoint}: where that is
 * exposed, and changes only where its access is not restricted. It is listed as a configuration of the management
 * server, whichever port that has, and so is no configuration that a scan finds.
 */
final class BehaviourRoutes {

    private static final EndpointId ENDPOINT = EndpointId.of("behaviours");

    private static final String LISTENER = "listener";

    /**
     * Headers that browsers set and pages cannot hide. A page that somebody has open could change the behaviours of a
     * service that only the browser can reach. The origin cannot tell such a page apart: its host name may lead to the
     * service by now.
     */
    private static final List<String> HEADERS_OF_BROWSERS = List.of(HttpHeaders.ORIGIN, "Sec-Fetch-Site");

    /** More than every behaviour with all its settings. */
    private static final int LONGEST_BODY = 16 * 1024;

    @Bean
    RouterFunction<ServerResponse> echoBehaviourRoutes(
            PathMappedEndpoints endpoints, EndpointAccessResolver access, BehaviourRegistry registry) {
        String path = endpoints.getPath(ENDPOINT);
        if (path == null) {
            return request -> Mono.empty();
        }
        boolean unrestricted = access.accessFor(ENDPOINT, Access.READ_ONLY) == Access.UNRESTRICTED;
        Handler handler = new Handler(registry, unrestricted);
        return RouterFunctions.route()
                .path(
                        path + "/{" + LISTENER + "}",
                        routes -> routes.GET(handler::get).POST(handler::post).DELETE(handler::delete))
                .build();
    }

    private record Handler(BehaviourRegistry registry, boolean unrestricted) {

        Mono<ServerResponse> get(ServerRequest request) {
            return answer(request, ListenerBehaviours::state);
        }

        Mono<ServerResponse> post(ServerRequest request) {
            return change(
                    request,
                    () -> body(request)
                            .flatMap(body -> answer(request, behaviours -> {
                                BehaviourRequest wanted = BehaviourRequest.parse(body);
                                return behaviours.replace(wanted.behaviours(), wanted.apply(), wanted.duration());
                            }))
                            .onErrorResume(DataBufferLimitException.class, failure -> tooLong()));
        }

        Mono<ServerResponse> delete(ServerRequest request) {
            return change(request, () -> answer(request, ListenerBehaviours::restore));
        }

        private Mono<ServerResponse> change(ServerRequest request, Supplier<Mono<ServerResponse>> change) {
            if (!this.unrestricted) {
                return notAllowed();
            }
            for (String header : HEADERS_OF_BROWSERS) {
                String value = request.headers().firstHeader(header);
                if (value != null) {
                    return fail(
                            HttpStatus.FORBIDDEN,
                            "The request has the header '%s: %s', which web browsers send.".formatted(header, value),
                            "Send it from a command or a program.");
                }
            }
            return change.get();
        }

        /** Reads JSON, which is UTF-8, whatever the type of the content is said to be: curl takes it for a form. */
        private static Mono<String> body(ServerRequest request) {
            return DataBufferUtils.join(request.body(BodyExtractors.toDataBuffers()), LONGEST_BODY)
                    .map(Handler::decode)
                    .defaultIfEmpty("");
        }

        private static String decode(DataBuffer buffer) {
            try {
                return buffer.toString(StandardCharsets.UTF_8);
            } finally {
                DataBufferUtils.release(buffer);
            }
        }

        /** Makes the answer where a thread may block: a port may be closed, and a name looked up. */
        private Mono<ServerResponse> answer(ServerRequest request, Function<ListenerBehaviours, Object> operation) {
            String name = request.pathVariable(LISTENER);
            ListenerBehaviours behaviours = this.registry.listeners().get(name);
            if (behaviours == null) {
                return fail(
                        HttpStatus.NOT_FOUND,
                        "There is no listener '%s'.".formatted(name),
                        "Use one of: %s."
                                .formatted(String.join(
                                        ", ", this.registry.listeners().keySet())));
            }
            return Mono.fromCallable(() -> operation.apply(behaviours))
                    .subscribeOn(Schedulers.boundedElastic())
                    .flatMap(answer -> ServerResponse.ok().bodyValue(answer))
                    .onErrorResume(
                            EchoConfigurationException.class,
                            failure -> fail(
                                    HttpStatus.BAD_REQUEST, String.valueOf(failure.getMessage()), failure.action()));
        }

        private static Mono<ServerResponse> tooLong() {
            return fail(
                    HttpStatus.BAD_REQUEST,
                    String.format(Locale.ROOT, "The body has more than %,d bytes.", LONGEST_BODY),
                    "Send the behaviours, and nothing else.");
        }

        private static Mono<ServerResponse> notAllowed() {
            return ServerResponse.status(HttpStatus.METHOD_NOT_ALLOWED)
                    .allow(HttpMethod.GET)
                    .bodyValue(new Failure(
                            "The behaviours can only be read.",
                            "To change them, set management.endpoint.behaviours.access and"
                                    + " management.endpoints.access.max-permitted to unrestricted."));
        }

        private static Mono<ServerResponse> fail(HttpStatus status, String error, String action) {
            return ServerResponse.status(status).bodyValue(new Failure(error, action));
        }
    }

    /**
     * Why nothing has changed.
     *
     * @param error what is wrong, with the field and its value
     * @param action what to do about it
     */
    private record Failure(String error, String action) {}
}
