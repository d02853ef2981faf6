package dev.tcpecho.management;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Adds to the management server, or to both servers if {@code management.server.port} asks for another one. */
@Configuration(proxyBeanMethods = false)
class ManagementServerConfiguration {

    @Bean
    TextScrapes textScrapes() {
        return new TextScrapes();
    }
}
