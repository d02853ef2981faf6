package dev.tcpecho.logging;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Adds the lines of the log that were dropped to the metrics. */
@Configuration(proxyBeanMethods = false)
class LoggingConfiguration {

    @Bean
    MeterBinder echoLogMetrics() {
        return registry -> FunctionCounter.builder("echo.log.lines.dropped", LogQueues.context(), LogQueues::dropped)
                .description("Lines of the log that were dropped, as nothing read those before them")
                .register(registry);
    }
}
