package dev.tcpecho.management;

import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;

/**
 * Hands the bounds to the management server. If that has a port of its own, Spring Boot makes it without the service's
 * {@link ManagementServerCustomizer}; if it has not, the same customizer is added once. Listed as
 * {@link BehaviourRoutes} is.
 */
final class ManagementPortConfiguration {

    @Bean
    WebServerFactoryCustomizer<NettyReactiveWebServerFactory> managementPortCustomizer(
            ManagementServerCustomizer customizer) {
        return factory -> factory.addServerCustomizers(customizer);
    }
}
