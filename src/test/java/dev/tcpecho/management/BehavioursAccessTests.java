package dev.tcpecho.management;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tcpecho.testing.RunningService;
import dev.tcpecho.testing.RunningService.Answer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where the endpoint is, and who may change what. */
class BehavioursAccessTests {

    private static final String PLAIN = "/actuator/behaviours/plain";

    private static final String DELAY = "{\"delay\": \"100ms\"}";

    @Test
    void deleteGoesBackToTheConfiguration() throws Exception {
        try (RunningService greeting = RunningService.startSwitchable(
                "echo.listeners.plain.behaviours.greeting=hello", "echo.listeners.plain.behaviours.seed=7")) {
            Map<String, Object> configured = greeting.get(PLAIN).json();
            assertThat(configured).containsEntry("version", 1).containsEntry("seed", 7);
            assertThat(greeting.post(PLAIN, "{}").json()).containsEntry("behaviours", Map.of());
            assertThat(greeting.delete(PLAIN).json())
                    .containsEntry("version", 3)
                    .containsEntry("behaviours", configured.get("behaviours"))
                    .containsEntry("seed", 7)
                    .containsEntry("connections", 0);
        }
    }

    @Test
    void nothingIsFoundWhereItIsNotExposed() throws Exception {
        for (String[] properties : List.of(new String[0], new String[] {
            "management.endpoints.web.exposure.include=*", "management.endpoint.behaviours.access=none"
        })) {
            try (RunningService hidden = RunningService.start(properties)) {
                for (String method : List.of("GET", "POST", "DELETE", "PUT", "PATCH", "HEAD")) {
                    assertThat(hidden.request(method, PLAIN, DELAY).status())
                            .as(method)
                            .isEqualTo(404);
                    assertThat(hidden.request(method, "/actuator/behaviours", DELAY)
                                    .status())
                            .as(method)
                            .isEqualTo(404);
                }
            }
        }
    }

    /** The default access, and others that Boot's rules restrict. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "management.endpoint.behaviours.access=read-only management.endpoints.access.max-permitted=unrestricted",
                "management.endpoints.access.max-permitted=unrestricted",
                "management.endpoint.behaviours.access=unrestricted",
                "echo.drain.quiet=1s"
            })
    void changesAreRefusedWhereItCanOnlyBeRead(String properties) throws Exception {
        try (RunningService readOnly = RunningService.start(
                ("management.endpoints.web.exposure.include=behaviours " + properties).split(" "))) {
            Map<String, Object> before = readOnly.get(PLAIN).json();
            assertThat(before).containsEntry("version", 1).containsEntry("behaviours", Map.of());
            for (String method : List.of("POST", "DELETE")) {
                for (String body : List.of(DELAY, "", "{")) {
                    Answer answer = readOnly.request(method, PLAIN, body);
                    assertThat(answer.status()).as(method).isEqualTo(405);
                    assertThat(answer.response().headers().firstValue("Allow")).contains("GET");
                    assertThat(answer.json())
                            .isEqualTo(Map.of(
                                    "error",
                                    "The behaviours can only be read.",
                                    "action",
                                    "To change them, set management.endpoint.behaviours.access and"
                                            + " management.endpoints.access.max-permitted to unrestricted."));
                }
            }
            assertThat(readOnly.get(PLAIN).json()).isEqualTo(before);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/m,     behaviours, /m/behaviours",
        "/,      behaviours, /behaviours",
        "/a/b,   x/faults,   /a/b/x/faults",
        "/actuator, faults,  /actuator/faults"
    })
    void itIsWhereBootsPropertiesPutIt(String basePath, String mapping, String path) throws Exception {
        for (String port : List.of("server.port=0", "management.server.port=0")) {
            try (RunningService moved = RunningService.startSwitchable(
                    port,
                    // With one port, Boot does not take the root for its endpoints.
                    "management.endpoints.web.base-path=" + basePath,
                    "management.endpoints.web.path-mapping.behaviours=" + mapping)) {
                assertThat(moved.post(path + "/plain", DELAY).json()).containsEntry("version", 2);
                assertThat(moved.get(path + "/plain").json()).containsEntry("version", 2);
                assertThat(moved.get(path).json()).containsOnlyKeys("plain");
                assertThat(moved.delete(path + "/plain").json()).containsEntry("version", 3);
                assertThat(moved.get(PLAIN).status()).isEqualTo(404);
            }
        }
    }
}
