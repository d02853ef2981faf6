package dev.tcpecho.management;

import java.time.Duration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Adds bounds to the management server, or to both servers if {@code management.server.port} asks for another one. */
@Configuration(proxyBeanMethods = false)
class ManagementServerConfiguration {

    /** More than the interval between two scrapes, which use one connection. */
    private static final Duration TIMEOUT = Duration.ofSeconds(75);

    @Bean
    ManagementRefusals managementRefusals() {
        return new ManagementRefusals();
    }

    @Bean
    ManagementServerCustomizer managementServerCustomizer(ManagementRefusals refusals) {
        return new ManagementServerCustomizer(refusals, new ManagementConnections(refusals), TIMEOUT);
    }

    @Bean
    UnansweredRequests unansweredRequests() {
        return new UnansweredRequests();
    }

    @Bean
    TextScrapes textScrapes() {
        return new TextScrapes();
    }
}
