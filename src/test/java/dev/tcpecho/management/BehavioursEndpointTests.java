package dev.tcpecho.management;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import dev.tcpecho.testing.RunningService;
import dev.tcpecho.testing.RunningService.Answer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the endpoint answers. */
class BehavioursEndpointTests {

    private static final String PLAIN = "/actuator/behaviours/plain";

    private static final String DELAY = "{\"delay\": \"100ms\"}";

    private static RunningService service;

    @BeforeAll
    static void start() {
        service = RunningService.startSwitchable("echo.listeners.other.port=0");
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    private static Map<String, Object> error(String error, String action) {
        return Map.of("error", error, "action", action);
    }

    private static long version() throws Exception {
        return ((Number) service.get(PLAIN).json().get("version")).longValue();
    }

    @Test
    void aSetReplacesTheWholeFormerSet() throws Exception {
        long version = version();
        assertThat(service.post(PLAIN, "{\"corrupt\": \"1MB\", \"seed\": 5}").json())
                .contains(entry("seed", 5), entry("connections", 0))
                .containsEntry("version", (int) version + 1)
                .containsEntry("ends", null)
                .containsEntry(
                        "behaviours",
                        Map.of("seed", 5, "corrupt", Map.of("one-bit-in", "1048576B", "probability", 1.0)));
        Answer answer = service.post(PLAIN, DELAY);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().keySet()).containsExactly("version", "behaviours", "seed", "ends", "connections");
        assertThat(answer.json())
                .containsEntry("version", (int) version + 2)
                .containsEntry(
                        "behaviours",
                        Map.of(
                                "delay",
                                Map.of(
                                        "duration", "100ms",
                                        "jitter", "0s",
                                        "distribution", "uniform",
                                        "probability", 1.0)));
        assertThat(service.get(PLAIN).json())
                .containsEntry("version", (int) version + 2)
                .containsEntry("behaviours", answer.json().get("behaviours"))
                .containsEntry("seed", answer.json().get("seed"))
                .containsEntry("ends", null);
    }

    /** What is told can be sent again: nothing is rounded, and an end of line is written as in the configuration. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    {"delay": "500us"}                 | {"delay":{"duration":"500us","jitter":"0s","distribution":"uniform","probability":1.0}}
                    {"delay": "9223372036854775807s"}  | {"delay":{"duration":"9223372036854775807s","jitter":"0s","distribution":"uniform","probability":1.0}}
                    {"greeting": "a\\nb\\\\r\\\\\\\\"} | {"greeting":{"text":"a\\\\nb\\\\r\\\\\\\\","format":"text","probability":1.0}}
                    {"greeting": 220}                  | {"greeting":{"text":"220","format":"text","probability":1.0}}
                    {"greeting": "json"}               | {"greeting":{"text":"","format":"json","probability":1.0}}
                    {"refuse": "close-port"}           | {"refuse":{"share":1.0,"mode":"close-port"}}
                    {"refuse": 0.5}                    | {"refuse":{"share":0.5,"mode":"reset"}}
                    {"stall-after": "5s"}              | {"stall-after":{"time":"5s","probability":1.0}}
                    {"stallAfter": "5B"}               | {"stall-after":{"bytes":"5B","probability":1.0}}
                    {"chunk": {"size": "10B", "variation": "1B", "pause": "1m"}} | {"chunk":{"size":"10B","variation":"1B","pause":"1m","probability":1.0}}
                    {"rate": {"bytes-per-second": "1KB", "scope": "listener"}}   | {"rate":{"bytes-per-second":"1024B","scope":"listener","probability":1.0}}
                    {"beans": []}                      | {"beans":[]}
                    """)
    void whatIsToldCanBeSentAgain(String sent, String told) throws Exception {
        assertThat(service.post("/actuator/behaviours/other", sent).body()).contains("\"behaviours\":" + told + ",");
        assertThat(service.post("/actuator/behaviours/other", told).body()).contains("\"behaviours\":" + told + ",");
        service.delete("/actuator/behaviours/other");
    }

    @Test
    void theEndIsTold() throws Exception {
        Instant before = Instant.now();
        Map<String, Object> answer = service.post(PLAIN, "{\"delay\": \"1ms\", \"duration\": \"1h\"}")
                .json();
        assertThat(Instant.parse((String) answer.get("ends")))
                .isBetween(before.plus(Duration.ofMinutes(59)), Instant.now().plus(Duration.ofHours(1)));
        assertThat(service.get(PLAIN).json()).containsEntry("ends", answer.get("ends"));
        assertThat(service.delete(PLAIN).json()).containsEntry("ends", null);
    }

    @Test
    void allListenersAreTold() throws Exception {
        service.post(PLAIN, DELAY);
        assertThat(service.get("/actuator/behaviours").json())
                .containsOnlyKeys("plain", "other")
                .containsEntry("plain", service.get(PLAIN).json())
                .containsEntry(
                        "other", service.get("/actuator/behaviours/other").json());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"application/json", "application/x-www-form-urlencoded", "text/plain; charset=none", "anything"})
    void theBodyIsJsonWhateverItsTypeIsSaidToBe(String type) throws Exception {
        assertThat(service.request("POST", PLAIN, "{\"greeting\": \"grüß dich\"}", "Content-Type", type)
                        .body())
                .contains("\"text\":\"grüß dich\"");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            POST   | Origin         | http://example.com
            DELETE | Origin         | http://example.com
            POST   | Origin         | null
            POST   | Origin         | SAME
            DELETE | Origin         | SAME
            POST   | Sec-Fetch-Site | cross-site
            DELETE | Sec-Fetch-Site | same-origin
            """)
    void aWebPageChangesNothingWhateverItsOrigin(String method, String header, String value) throws Exception {
        long version = version();
        String sent = value.equals("SAME") ? "http://localhost:" + service.managementPort() : value;
        Answer answer = service.request(method, PLAIN, DELAY, header, sent);
        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.json())
                .isEqualTo(error(
                        "The request has the header '%s: %s', which web browsers send.".formatted(header, sent),
                        "Send it from a command or a program."));
        assertThat(version()).isEqualTo(version);
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "POST", "DELETE"})
    void aListenerThatDoesNotExistIsNotFound(String method) throws Exception {
        Answer answer = service.request(method, "/actuator/behaviours/nope", "");
        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.json()).isEqualTo(error("There is no listener 'nope'.", "Use one of: other, plain."));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "NONE", textBlock = """
                    ''                                            | The body is '', which is not a JSON object.
                    null                                          | The body is 'null', which is not a JSON object.
                    []                                            | The body is '[]', which is not a JSON object.
                    "delay"                                       | The body is '"delay"', which is not a JSON object.
                    delay: 100ms                                  | The body is 'delay: 100ms', which is not a JSON object.
                    {"delay": "100ms"                             | The body is '{"delay": "100ms"', which is not a JSON object.
                    {} {}                                         | The body is '{} {}', which is not a JSON object.
                    {"nope": 1}                                   | There is no such property: nope = '1'.
                    {"de lay": "1s"}                              | There is no such property: de lay = '1s'.
                    {"délay": "1s"}                               | There is no such property: délay = '1s'.
                    {"": "1s"}                                    | There is no such property:  = '1s'.
                    {"delay": {"size": 1, "duration": "1s"}}      | There is no such property: delay.size = '1'.
                    {"delay": ["1s"]}                             | delay[0] is '1s', but delay takes no list.
                    {"delay": {"duration": ["1s"]}}               | delay.duration[0] is '1s', but delay.duration takes no list.
                    {"greeting": ["a"]}                           | greeting[0] is 'a', but greeting takes no list.
                    {"Apply": "all"}                              | There is no such property: apply = 'all'.
                    {"apply": ["all"]}                            | apply[0] is 'all', but apply takes no list.
                    {"apply": {"to": "all"}}                      | There is no such property: apply.to = 'all'.
                    {"duration": ["5s"]}                          | duration[0] is '5s', but duration takes no list.
                    {"duration": {"seconds": 5}}                  | There is no such property: duration.seconds = '5'.
                    {"seed": ""}                                  | There is no such property, or it needs a value: seed = ''.
                    {"delay": {"duration": ""}}                   | There is no such property, or it needs a value: delay.duration = ''.
                    {"apply": ""}                                 | There is no such property, or it needs a value: apply = ''.
                    {"duration": ""}                              | There is no such property, or it needs a value: duration = ''.
                    {"delay": null}                               | delay is 'null', which is neither a text, nor a number, nor an object with settings.
                    {"nope": null}                                | nope is 'null', which is neither a text, nor a number, nor an object with settings.
                    {"apply": null}                               | apply is 'null', which is neither a text, nor a number, nor an object with settings.
                    {"duration": null}                            | duration is 'null', which is neither a text, nor a number, nor an object with settings.
                    {"delay": {"duration": null}}                 | delay.duration is 'null', which is neither a text, nor a number, nor an object with settings.
                    {"beans": [null]}                             | beans is 'null', which is neither a text, nor a number, nor an object with settings.
                    {"delay": {}}                                 | delay is '{}', which is neither a text, nor a number, nor an object with settings.
                    {"greeting": {}}                              | greeting is '{}', which is neither a text, nor a number, nor an object with settings.
                    {"apply": {}}                                 | apply is '{}', which is neither a text, nor a number, nor an object with settings.
                    {"delay": []}                                 | delay is '[]', which is neither a text, nor a number, nor an object with settings.
                    {"duration": []}                              | duration is '[]', which is neither a text, nor a number, nor an object with settings.
                    {"beans": [{"name": "a"}]}                    | beans is '{name=a}', which is neither a text, nor a number, nor an object with settings.
                    {"refuse": true}                              | refuse is 'true', which is neither a text, nor a number, nor an object with settings.
                    {"greeting": true}                            | greeting is 'true', which is neither a text, nor a number, nor an object with settings.
                    {"duration": true}                            | duration is 'true', which is neither a text, nor a number, nor an object with settings.
                    {"delay": "soon"}                             | delay is 'soon', which is not a duration.
                    {"delay": ""}                                 | delay is '', which is not a duration.
                    {"delay": {"duration": "soon"}}               | delay.duration is 'soon', which is not a duration.
                    {"delay": 200}                                | delay is '200', which has no unit.
                    {"delay": {"duration": "1s", "jitter": "5"}}  | delay.jitter is '5', which has no unit.
                    {"chunk": {"size": 1, "pause": 10}}           | chunk.pause is '10', which has no unit.
                    {"close-after": 30}                           | close-after is '30', which has no unit.
                    {"stall-after": {"time": 30}}                 | stall-after.time is '30', which has no unit.
                    {"duration": 600}                             | duration is '600', which has no unit.
                    {"duration": 0}                               | duration is '0s', but must be more than 0s, and at most 366d.
                    {"rate": "1XB"}                               | rate is '1XB', which is not a data size.
                    {"rate": 1.5}                                 | rate is '1.5', which is not a data size.
                    {"corrupt": "often"}                          | corrupt is 'often', which is not a data size.
                    {"chunk": {"size": "big"}}                    | chunk.size is 'big', which is not a data size.
                    {"stall-after": "soon"}                       | stall-after is 'soon', which is not a data size or a duration.
                    {"close-after": {"time": "soon"}}             | close-after.time is 'soon', which is not a duration.
                    {"refuse": "all"}                             | refuse is 'all', which is not a share or close-port.
                    {"refuse": {"mode": "drop"}}                  | refuse.mode is 'drop', which is not one of its values.
                    {"greeting": {"format": "xml"}}               | greeting.format is 'xml', which is not one of its values.
                    {"rate": {"bytes-per-second": 1, "scope": 1}} | rate.scope is '1', which is not one of its values.
                    {"seed": 1.5}                                 | seed is '1.5', which is not a whole number.
                    {"seed": 99999999999999999999}                | seed is '99999999999999999999', which is not a whole number.
                    {"refuse": {"share": "half"}}                 | refuse.share is 'half', which is not a number.
                    {"delay": "-1s"}                              | delay.duration is '-1s', but must be 0s or more.
                    {"delay": "-9223372036854775807s"}            | delay.duration is '-9223372036854775807s', but must be 0s or more.
                    {"delay": {"duration": "1s", "jitter": "2s"}} | delay.jitter is '2s', but must be at most the delay of 1s, unless delay.distribution is 'normal'.
                    {"delay": {"jitter": "1s"}}                   | delay.duration is not set.
                    {"delay": {"duration": 0, "probability": 2}}  | delay.probability is '2.0', but must be a share from 0 to 1.
                    {"refuse": 1.1}                               | refuse.share is '1.1', but must be a share from 0 to 1.
                    {"refuse": "NaN"}                             | refuse.share is 'NaN', but must be a share from 0 to 1.
                    {"rate": -1}                                  | rate.bytes-per-second is '-1B', but must be 1B or more.
                    {"corrupt": 0}                                | corrupt.one-bit-in is '0B', but must be 1B or more.
                    {"close-after": 0}                            | close-after.bytes is '0B', but must be 1B or more.
                    {"reset-after": {"probability": 0.5}}         | reset-after has neither bytes nor time.
                    {"chunk": {"size": "9B", "variation": "9B"}}  | chunk.variation is '9B', but must be 0B or more, and less than the chunk size of 9B.
                    {"greeting": "hello {host}"}                  | greeting.text is 'hello {host}', but there is no placeholder {host}.
                    {"greeting": "hello {host-name}"}             | greeting.text is 'hello {host-name}', but there is no placeholder {host-name}.
                    {"greeting": "a\\\\q"}                        | greeting.text is 'a\\q', but there is no escape \\q.
                    {"greeting": ""}                              | greeting.text is '', but must be 1 to 1,024 characters.
                    {"greeting": {"text": "a", "format": "json"}} | greeting.text is 'a', but must be empty if greeting.format is 'json'.
                    {"close-after": "1KB", "reset-after": "1s"}   | close-after and reset-after are both set, but a connection ends only once.
                    {"refuse": {"mode": "close-port", "share": 0.5}} | refuse.share is '0.5', but must be 1 if refuse.mode is 'close-port', because a closed port refuses every connection.
                    {"beans": ["shout"]}                          | beans has 'shout', but no bean of the type Behaviour has that name.
                    {"apply": "some"}                             | apply is 'some', which is not one of its values.
                    {"apply": 0}                                  | apply is '0', which is not one of its values.
                    {"duration": "soon"}                          | duration is 'soon', which is not a duration.
                    {"duration": "0s"}                            | duration is '0s', but must be more than 0s, and at most 366d.
                    {"duration": "-1ms"}                          | duration is '-1ms', but must be more than 0s, and at most 366d.
                    {"duration": "367d"}                          | duration is '367d', but must be more than 0s, and at most 366d.
                    {"duration": "9223372036854775807s"}          | duration is '9223372036854775807s', but must be more than 0s, and at most 366d.
                    """)
    void wrongInputIsToldInASentenceAndChangesNothing(String body, String sentence) throws Exception {
        Map<String, Object> before = service.get(PLAIN).json();
        Answer answer = service.post(PLAIN, body);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json()).containsOnlyKeys("error", "action").containsEntry("error", sentence);
        assertThat(service.get(PLAIN).json()).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    ''                          | Send the behaviours as a JSON object, for example {"delay": "100ms"}.
                    {"nope": 1}                 | Correct its name or remove it; the README and docs/behaviours.md list every property.
                    {"seed": ""}                | Correct its name, give it a value or remove it; the README and docs/behaviours.md list every property.
                    {"delay": true}             | Correct the value of delay, or remove it.
                    {"delay": "soon"}           | Set delay to a number and a unit, for example 500ms, 20s or 5m.
                    {"duration": 600}           | Set duration to a number and a unit, for example 500ms, 20s or 5m.
                    {"stall-after": 30}         | Set stall-after to a number and a unit, for example 10KB or 5s.
                    {"rate": "fast"}            | Set rate to a number and a unit, for example 100B, 1KB or 1GB.
                    {"stall-after": "soon"}     | Set stall-after to a number and a unit, for example 10KB or 5s.
                    {"refuse": "all"}           | Set refuse to a share from 0 to 1, or to close-port.
                    {"apply": "some"}           | Set apply to one of: new, all.
                    {"rate": 0}                 | Correct the value of rate.bytes-per-second.
                    {"chunk": {"pause": "1s"}}  | Set chunk.size, or remove chunk.
                    {"stall-after": {"probability": 1}} | Set stall-after.bytes, stall-after.time or both.
                    {"close-after": "1B", "reset-after": "1s"} | Remove close-after or reset-after.
                    {"greeting": "{host}"}      | Use {hostname}, {listener}, {port}, {remote}, {sni} or {connection} in greeting.text.
                    {"greeting": "\\\\q"}       | Use \\r, \\n, \\t or \\\\ in greeting.text.
                    {"beans": "shout"}          | Remove the name, or add the bean.
                    {"duration": "0s"}          | Correct the value of duration, or remove it for behaviours that stay.
                    """)
    void wrongInputIsAnsweredWithWhatToDo(String body, String action) throws Exception {
        assertThat(service.post(PLAIN, body).json()).containsEntry("action", action);
    }

    @Test
    void aBodyThatIsTooLongIsToldInASentenceAndChangesNothing() throws Exception {
        long version = version();
        Answer answer = service.post(PLAIN, "{\"greeting\": \"" + "x".repeat(17_000) + "\"}");
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json())
                .isEqualTo(error("The body has more than 16,384 bytes.", "Send the behaviours, and nothing else."));
        assertThat(version()).isEqualTo(version);
    }

    @Test
    void onlyTheBeginOfALongTextThatIsNoJsonIsTold() throws Exception {
        assertThat(service.post(PLAIN, "x".repeat(1000)).json())
                .containsEntry("error", "The body is '" + "x".repeat(100) + "...', which is not a JSON object.");
    }

    @Test
    void switchesAreCountedOneByOneWhoeverSendsThem() throws Exception {
        long version = version();
        List<Long> versions = IntStream.range(0, 8)
                .parallel()
                .mapToObj(i -> {
                    try {
                        return ((Number) service.post(PLAIN, DELAY).json().get("version")).longValue();
                    } catch (Exception ex) {
                        throw new IllegalStateException(ex);
                    }
                })
                .sorted()
                .toList();
        assertThat(versions)
                .isEqualTo(
                        LongStream.rangeClosed(version + 1, version + 8).boxed().toList());
        assertThat(version()).isEqualTo(version + 8);
    }
}
