package dev.tcpecho;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;

/** The TCP echo service: every byte that a client sends comes back to it, in order, once. */
@SpringBootApplication(proxyBeanMethods = false)
@ConfigurationPropertiesScan
public class EchoApplication {

    /**
     * Starts the service.
     *
     * @param args properties as {@code --name=value}, for example {@code --echo.listeners.plain.port=7777}
     */
    public static void main(String[] args) {
        SpringApplication.run(EchoApplication.class, args);
    }
}
