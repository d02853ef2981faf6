package dev.tcpecho.management;

import java.util.List;
import java.util.Locale;
import org.springframework.http.HttpHeaders;
import org.springframework.util.MimeTypeUtils;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/**
 * {@link WebFilter} that takes protobuf out of what a client accepts, so that its metrics are text. The library that
 * writes protobuf calls methods of Java for which Java 24 and later print warnings, and is not on the class path. Who
 * accepts nothing else gets text too (RFC 9110, section 12.4.1).
 */
final class TextScrapes implements WebFilter {

    private static final String PROTOBUF = "application/vnd.google.protobuf";

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        List<String> accept = exchange.getRequest().getHeaders().getOrEmpty(HttpHeaders.ACCEPT);
        if (accept.stream().noneMatch(TextScrapes::hasProtobuf)) {
            return chain.filter(exchange);
        }
        List<String> others = accept.stream()
                .flatMap(value -> MimeTypeUtils.tokenize(value).stream())
                .filter(type -> !hasProtobuf(type))
                .toList();
        return chain.filter(exchange.mutate()
                .request(request -> request.headers(headers -> {
                    headers.remove(HttpHeaders.ACCEPT);
                    headers.addAll(HttpHeaders.ACCEPT, others);
                }))
                .build());
    }

    private static boolean hasProtobuf(String accept) {
        return accept.toLowerCase(Locale.ROOT).contains(PROTOBUF);
    }
}
