package dev.tcpecho.management;

import dev.tcpecho.EchoConfigurationException;
import dev.tcpecho.behaviour.BehaviourRegistry;
import dev.tcpecho.behaviour.ListenerBehaviours;
import java.util.Map;
import java.util.function.Function;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.EndpointAccessResolver;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.context.annotation.Bean;
import org.springframework.http.HttpStatus;
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
            return request.bodyToMono(String.class)
                    .defaultIfEmpty("")
                    .flatMap(body -> change(request, behaviours -> {
                        BehaviourRequest wanted = BehaviourRequest.parse(body);
                        return behaviours.replace(wanted.behaviours(), wanted.apply(), wanted.duration());
                    }));
        }

        Mono<ServerResponse> delete(ServerRequest request) {
            return change(request, ListenerBehaviours::restore);
        }

        private Mono<ServerResponse> change(ServerRequest request, Function<ListenerBehaviours, Object> change) {
            return this.unrestricted
                    ? answer(request, change)
                    : error(
                            HttpStatus.METHOD_NOT_ALLOWED,
                            "The behaviours can only be read. Set management.endpoint.behaviours.access and"
                                    + " management.endpoints.access.max-permitted to unrestricted to change them.");
        }

        /** Makes the answer where a thread may block: a port may be closed, and a name looked up. */
        private Mono<ServerResponse> answer(ServerRequest request, Function<ListenerBehaviours, Object> operation) {
            String name = request.pathVariable(LISTENER);
            ListenerBehaviours behaviours = this.registry.listeners().get(name);
            if (behaviours == null) {
                return error(
                        HttpStatus.NOT_FOUND,
                        "There is no listener '%s'. Use one of: %s."
                                .formatted(
                                        name,
                                        String.join(
                                                ", ", this.registry.listeners().keySet())));
            }
            return Mono.fromCallable(() -> operation.apply(behaviours))
                    .subscribeOn(Schedulers.boundedElastic())
                    .flatMap(answer -> ServerResponse.ok().bodyValue(answer))
                    .onErrorResume(
                            EchoConfigurationException.class,
                            failure -> error(HttpStatus.BAD_REQUEST, failure.getMessage() + " " + failure.action()));
        }

        private static Mono<ServerResponse> error(HttpStatus status, String sentence) {
            return ServerResponse.status(status).bodyValue(Map.of("error", sentence));
        }
    }
}
