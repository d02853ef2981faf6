# The service as an image: a Java runtime of the modules it needs, its libraries and itself on an empty base, without a
# shell, as a user of its own, and with nothing to write.
#
#   docker build -t tcpecho/tcp-echo .                      starts in half the time, by an ahead-of-time cache
#   docker build -t tcpecho/tcp-echo --target no-cache .    is smaller, and a change of code changes its last layer alone
ARG BUILD_IMAGE=maven:3-eclipse-temurin-25
ARG BASE_IMAGE=debian:bookworm-slim

# The runtime. java.desktop is there for java.beans alone, so its native libraries are not; java.instrument is for agents.
FROM ${BUILD_IMAGE} AS runtime
RUN jlink --output /layer/opt/java --no-header-files --no-man-pages --strip-java-debug-attributes \
      --dedup-legal-notices=error-if-not-same-content --exclude-files='/java.desktop/lib/**' \
      --add-modules java.base,java.desktop,java.instrument,java.logging,java.management,java.naming,java.sql,java.xml,jdk.jfr,jdk.management,jdk.net,jdk.unsupported \
    # Here and below: equal files have equal layers, whenever they are built; so the copies are of whole trees, too.
    && find /layer -exec touch --no-dereference --date=@0 {} +

# The jar, taken apart into layers. The cache mount keeps what Maven downloads, so a layer for that would save nothing; a
# secret of the id `maven-settings` is a settings.xml, for a mirror or a proxy.
FROM ${BUILD_IMAGE} AS build
WORKDIR /build
COPY . .
RUN --mount=type=cache,target=/maven --mount=type=secret,id=maven-settings \
    settings=/run/secrets/maven-settings; \
    mvn --batch-mode --no-transfer-progress -Dmaven.repo.local=/maven -Dmaven.test.skip \
      $([ ! -f $settings ] || echo --settings $settings) package
RUN java -Djarmode=tools -jar target/tcp-echo-*.jar extract --layers --destination /extracted \
      --application-filename tcp-echo.jar \
    && cd /extracted && mkdir native && cp /build/src/main/docker/* native \
    && for library in dependencies/lib/netty-transport-native-*-linux-$(uname -m | sed s/aarch/aarch_/).jar; do \
         jar --extract --file $library META-INF/native; \
       done \
    && mv META-INF/native native && chmod 755 native/native/*.so \
    && for layer in dependencies native application; do \
         mkdir -p /layers/$layer/opt && mv $layer /layers/$layer/opt/tcp-echo; \
       done \
    && find /layers -exec touch --date=@0 {} +

# The base: the C library and the system's name, with what scanners read to know the packages. busybox is for the
# training below alone.
FROM ${BASE_IMAGE} AS base
WORKDIR /packages
RUN apt-get update && apt-get download base-files busybox-static libc6 \
    && dpkg --extract busybox-static_*.deb /busybox \
    && mkdir -p /base/var/lib/dpkg/status.d \
    && for package in base-files libc6; do \
         dpkg --extract ${package}_*.deb /base; \
         dpkg --field ${package}_*.deb >/base/var/lib/dpkg/status.d/$package; \
       done \
    # Conversions of character sets, which Java has itself.
    && rm -r /base/usr/lib/*/gconv \
    && echo 'nonroot:x:65532:65532:nonroot:/:/sbin/nologin' >/base/etc/passwd \
    && echo 'nonroot:x:65532:' >/base/etc/group \
    && find /base -exec touch --no-dereference --date=@0 {} +

# What changes least comes first; a change of code changes the last layer.
FROM scratch AS no-cache
COPY --from=base /base /
COPY --from=runtime /layer /
COPY --from=build /layers/dependencies /
COPY --from=build /layers/native /
COPY --from=build /layers/application /
WORKDIR /opt/tcp-echo
ENV PATH=/opt/java/bin
USER 65532:65532
EXPOSE 25341 8080
ENTRYPOINT ["/opt/java/bin/java", "@/opt/tcp-echo/jvm.options", "-jar", "/opt/tcp-echo/tcp-echo.jar"]
# Of the service's readiness and liveness, wherever its configuration has the management port.
HEALTHCHECK --interval=30s --timeout=10s --start-period=20s --retries=3 CMD ["java", "@health"]
ARG VERSION
ARG REVISION
ARG CREATED
LABEL org.opencontainers.image.title="tcp-echo" \
      org.opencontainers.image.description="A TCP echo service (RFC 862) that loses no byte" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}"

# The image itself, started, used and stopped, so that the caches fit: what it loads then is laid out in files that the
# JVM maps at its next start. A cache is refused unless runtime, flags, paths and the jars' times and sizes are these. The
# service has one, and so have the probe and the health check: mapping the service's would cost such short lives more than
# it saves them.
FROM no-cache AS training
USER 0
COPY --from=base /busybox/bin/busybox /bin/
RUN ["/bin/busybox", "--install", "-s", "/bin"]
ENV PATH=/opt/java/bin:/bin
RUN set -eu; \
    app=/opt/tcp-echo/tcp-echo.jar; \
    java="java @jvm.options -XX:AOTConfiguration=/tmp/training"; \
    $java -XX:AOTMode=record -jar $app --server.port=0 --echo.listeners.plain.port=0 >/tmp/log & \
    pid=$!; \
    until grep 'Started EchoApplication' /tmp/log; do kill -0 $pid; sleep 0.1; done; \
    echo=$(sed -nE 's/.*Echo started: plain on .*:([0-9]+); transport epoll.*/\1/p' /tmp/log); \
    management=http://localhost:$(sed -nE 's/.*; management on port ([0-9]+)$/\1/p' /tmp/log)/actuator; \
    java -XX:AOTCacheOutput=probe.aot @probe --count 100 localhost:$echo; \
    java -XX:AOTCacheOutput=health.aot @health; \
    for endpoint in health/liveness health/readiness info prometheus; do wget -q -O /dev/null $management/$endpoint; done; \
    kill $pid; wait $pid || [ $? = 143 ]; \
    $java -XX:AOTMode=create -XX:AOTCache=tcp-echo.aot -jar $app; \
    for command in probe health; do sed -i "1i -XX:AOTCache=/opt/tcp-echo/$command.aot" $command; done; \
    echo -XX:AOTCache=/opt/tcp-echo/tcp-echo.aot >>jvm.options

# Any change of code changes this layer too, all 108 MB of it.
FROM no-cache
COPY --from=training /opt/tcp-echo/*.aot /opt/tcp-echo/jvm.options /opt/tcp-echo/probe /opt/tcp-echo/health ./
