package dev.tcpecho;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.aot.AotDetector;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.logging.DeferredLogs;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.SpringProperties;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

@ExtendWith(OutputCaptureExtension.class)
class BuildTimeConditionsTests {

    private final StandardEnvironment environment = new StandardEnvironment();

    private final DeferredLogs logs = new DeferredLogs();

    @BeforeEach
    void askForWhatTheBuildPrepared() {
        SpringProperties.setProperty(AotDetector.AOT_ENABLED, "true");
        // Of the machine that runs the test.
        this.environment.getPropertySources().remove(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME);
        this.environment.getPropertySources().remove(StandardEnvironment.SYSTEM_PROPERTIES_PROPERTY_SOURCE_NAME);
    }

    @AfterEach
    void askNoMore() {
        SpringProperties.setProperty(AotDetector.AOT_ENABLED, null);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "management.server.port",
                "management.health.ssl.enabled",
                "management.endpoint.connections.access",
                "spring.main.web-application-type",
                "server.forward-headers-strategy",
                "debug"
            })
    void aPropertyThatAConditionMayLookAtGivesUpWhatTheBuildPrepared(String property, CapturedOutput output) {
        assertThat(isKeptWith("commandLineArgs", property)).isFalse();
        assertThat(output)
                .contains(
                        "Starting without what the build prepared, which takes longer, as it may not fit the property "
                                + property);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "echo.listeners.plain.port",
                "logging.level.root",
                "server.port",
                "management.endpoints.web.exposure.include",
                "management.endpoint.health.show-details",
                "management.metrics.tags.zone",
                "spring.ssl.bundle.pem.server.keystore.certificate",
                "spring.aot.enabled"
            })
    void aPropertyThatIsReadWhenTheServiceStartsKeepsIt(String property, CapturedOutput output) {
        assertThat(isKeptWith("commandLineArgs", property)).isTrue();
        assertThat(output).doesNotContain("Starting without");
    }

    @Test
    void theServicesOwnConfigurationKeepsIt() {
        assertThat(isKeptWith(
                        "Config resource 'class path resource [application.yml]' via location"
                                + " 'optional:classpath:/'",
                        "management.info.java.enabled"))
                .isTrue();
    }

    @Test
    void anEnvironmentVariableIsAPropertyToo() {
        this.environment
                .getPropertySources()
                .addFirst(new SystemEnvironmentPropertySource(
                        StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
                        Map.of("MANAGEMENT_HEALTH_SSL_ENABLED", "false")));
        assertThat(isKept()).isFalse();
    }

    private boolean isKeptWith(String source, String property) {
        this.environment.getPropertySources().addFirst(new MapPropertySource(source, Map.of(property, "1")));
        return isKept();
    }

    private boolean isKept() {
        ConfigurationPropertySources.attach(this.environment);
        new BuildTimeConditions(this.logs).postProcessEnvironment(this.environment, new SpringApplication());
        this.logs.switchOverAll();
        return AotDetector.useGeneratedArtifacts();
    }
}
