{{/* Refuses what the schema cannot: values that do not fit each other. */}}
{{- define "tcp-echo.validate" -}}
{{- $listeners := .Values.echo.listeners }}
{{- $names := keys $listeners | sortAlpha | join ", " }}

{{- $fullname := include "tcp-echo.fullname" . }}
{{- if not (regexMatch "^[a-z]([-a-z0-9]*[a-z0-9])?$" $fullname) }}
{{- fail (printf "the release's name makes the name %s, which no Service can have: a-z, 0-9 and - after a letter. Set fullnameOverride" $fullname) }}
{{- end }}

{{- if hasKey $listeners "management" }}
{{- fail "echo.listeners.management has the name of the management port: choose another" }}
{{- end }}
{{- /* TCP and UDP have ports of their own. */}}
{{- $ports := dict "TCP 8080" "the management port" }}
{{- $paths := dict }}
{{- range $name, $listener := $listeners }}
{{- $prefix := printf "echo.listeners.%s" $name }}
{{- if $listener.path }}
{{- include "tcp-echo.validateUnixSocket" (list $prefix $listener) }}
{{- if and (hasPrefix "@" $listener.path) (eq (get $.Values.echo "transport") "nio") }}
{{- fail (printf "%s.path is %s, but echo.transport is nio, which has no abstract names: set it to epoll, or %s.path to a file in /run/tcp-echo" $prefix $listener.path $prefix) }}
{{- end }}
{{- if hasKey $paths $listener.path }}
{{- fail (printf "%s.path is %s, which is %s.path already: choose another" $prefix $listener.path (get $paths $listener.path)) }}
{{- end }}
{{- $_ := set $paths $listener.path $prefix }}
{{- else }}
{{- include "tcp-echo.validateNoPermissions" (list $prefix $listener "without a path" "set") }}
{{- $port := $listener.port | int | toString }}
{{- $key := printf "%s %s" (include "tcp-echo.protocol" $listener) $port }}
{{- if hasKey $ports $key }}
{{- fail (printf "%s.port is %s, which is %s already: choose another" $prefix $port (get $ports $key)) }}
{{- end }}
{{- $_ := set $ports $key (printf "%s.port" $prefix) }}
{{- end }}
{{- if eq (include "tcp-echo.protocol" $listener) "UDP" }}
{{- include "tcp-echo.validateDatagrams" (list $prefix $listener $.Values.echo.limits.allow) }}
{{- else if hasKey (get $listener "behaviours" | default dict) "loss" }}
{{- fail (printf "%s.behaviours.loss is set, but a TCP listener echoes no datagrams: remove it, or set %s.protocol to udp" $prefix $prefix) }}
{{- end }}
{{- $bundle := dig "ssl" "bundle" "" $listener }}
{{- if not (has $bundle (list "" "server")) }}
{{- fail (printf "echo.listeners.%s.ssl.bundle is '%s', but the chart knows only the bundle 'server', with the Secret of tls.secretName: name that" $name $bundle) }}
{{- end }}
{{- if and (not $bundle) (ne (dig "ssl" "client-auth" "none" $listener) "none") }}
{{- fail (printf "echo.listeners.%s.ssl.client-auth is '%s', but without TLS no client shows a certificate: set echo.listeners.%s.ssl.bundle to server" $name (get $listener.ssl "client-auth") $name) }}
{{- end }}
{{- $protocol := dig "proxy-protocol" "off" $listener | toString }}
{{- if has $protocol (list "required" "optional") }}
{{- if not (get $listener "trusted-proxies") }}
{{- $result := eq $protocol "required" | ternary "nobody could connect" "every header would be echoed" }}
{{- fail (printf "echo.listeners.%s.proxy-protocol is '%s', but no proxy is trusted, so that %s: set echo.listeners.%s.trusted-proxies" $name $protocol $result $name) }}
{{- end }}
{{- else if get $listener "trusted-proxies" }}
{{- fail (printf "echo.listeners.%s.trusted-proxies is set, but without proxy-protocol a proxy's header would be echoed: set echo.listeners.%s.proxy-protocol to required or optional, or remove it" $name $name) }}
{{- end }}
{{- if and $bundle (not $.Values.tls.secretName) }}
{{- fail (printf "echo.listeners.%s.ssl.bundle is 'server', but no Secret has its certificate: set tls.secretName" $name) }}
{{- end }}
{{- include "tcp-echo.validateBehaviours" (list (printf "echo.listeners.%s.behaviours" $name) (get $listener "behaviours" | default dict)) }}
{{- end }}

{{- range $group := list "limits" "drain" }}
{{- range $name, $value := pick (get $.Values.echo $group) "idle-timeout" "lifetime" "delay" "quiet" "timeout" }}
{{- include "tcp-echo.requireUnit" (list (printf "echo.%s.%s" $group $name) $value "500ms, 20s or 5m") }}
{{- end }}
{{- end }}

{{- $blocks := dict "echo.limits.allow" .Values.echo.limits.allow "echo.limits.deny" .Values.echo.limits.deny "service.loadBalancerSourceRanges" .Values.service.loadBalancerSourceRanges }}
{{- range $name, $listener := $listeners }}
{{- $_ := set $blocks (printf "echo.listeners.%s.trusted-proxies" $name) (get $listener "trusted-proxies" | default list) }}
{{- end }}
{{- range $value, $entries := $blocks }}
{{- range $entries }}
{{- if ne (include "tcp-echo.isAddressBlock" .) "true" }}
{{- fail (printf "%s has %s, which is no CIDR block: an IPv4 address and /0 to /32, or an IPv6 address and /0 to /128" $value .) }}
{{- end }}
{{- end }}
{{- end }}

{{- $byListener := dict "service.ports" .Values.service.ports "service.nodePorts" .Values.service.nodePorts "tcpRoutes" .Values.tcpRoutes "tlsRoutes" .Values.tlsRoutes "udpRoutes" .Values.udpRoutes }}
{{- range $value, $entries := $byListener }}
{{- range $name := keys ($entries | default dict) | sortAlpha }}
{{- if not (hasKey $listeners $name) }}
{{- fail (printf "%s.%s names no listener: echo.listeners has %s" $value $name $names) }}
{{- end }}
{{- $listener := get $listeners $name }}
{{- if $listener.path }}
{{- fail (printf "%s.%s is set, but echo.listeners.%s has a path and no port: remove it" $value $name $name) }}
{{- end }}
{{- $udp := eq (include "tcp-echo.protocol" $listener) "UDP" }}
{{- if and $udp (has $value (list "tcpRoutes" "tlsRoutes")) }}
{{- fail (printf "%s.%s is set, but echo.listeners.%s.protocol is udp: set udpRoutes.%s instead" $value $name $name $name) }}
{{- end }}
{{- if and (not $udp) (eq $value "udpRoutes") }}
{{- fail (printf "udpRoutes.%s is set, but echo.listeners.%s.protocol is tcp: set tcpRoutes.%s instead" $name $name $name) }}
{{- end }}
{{- end }}
{{- end }}

{{- $ports := dict }}
{{- range $name := include "tcp-echo.withPort" . | splitList " " | compact | sortAlpha }}
{{- $port := include "tcp-echo.servicePort" (list $ $name) }}
{{- $key := printf "%s %s" (get $listeners $name | include "tcp-echo.protocol") $port }}
{{- if hasKey $ports $key }}
{{- fail (printf "the Service's port of echo.listeners.%s is %s, which is that of echo.listeners.%s already: set service.ports.%s to another" $name $port (get $ports $key) $name) }}
{{- end }}
{{- $_ := set $ports $key $name }}
{{- end }}
{{- $ports := dict }}
{{- range $name, $number := .Values.service.nodePorts }}
{{- $port := $number | int | toString }}
{{- $key := printf "%s %s" (get $listeners $name | include "tcp-echo.protocol") $port }}
{{- if hasKey $ports $key }}
{{- fail (printf "service.nodePorts.%s is %s, which is service.nodePorts.%s already: choose another" $name $port (get $ports $key)) }}
{{- end }}
{{- $_ := set $ports $key $name }}
{{- end }}
{{- with .Values.service }}
{{- if eq .type "ClusterIP" }}
{{- range $value := list "nodePorts" "externalTrafficPolicy" }}
{{- if get $.Values.service $value }}
{{- fail (printf "service.%s is set, but service.type is ClusterIP, which has none: set service.type to NodePort or LoadBalancer, or leave it out" $value) }}
{{- end }}
{{- end }}
{{- end }}
{{- if ne .type "LoadBalancer" }}
{{- range $value := list "loadBalancerClass" "loadBalancerSourceRanges" }}
{{- if get $.Values.service $value }}
{{- fail (printf "service.%s is set, but service.type is %s: set service.type to LoadBalancer, or leave it out" $value $.Values.service.type) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{- range $option := .Values.jvm.options }}
{{- range $flag, $value := dict "-Xmx" "jvm.heap" "-XX:MaxHeapSize=" "jvm.heap" "-XX:MaxDirectMemorySize=" "echo.limits.connections" "-XX:ActiveProcessorCount=" "jvm.processors" }}
{{- if hasPrefix $flag $option }}
{{- fail (printf "jvm.options has %s, which the chart computes of %s: set that" $option $value) }}
{{- end }}
{{- end }}
{{- end }}

{{- range .Values.probe.args }}
{{- if regexMatch "^--(listen|interval|duration)(=|$)" . }}
{{- fail (printf "probe.args has %s, but the chart runs the probe for ever, and sets its port and its interval: leave it out, or set probe.interval" .) }}
{{- end }}
{{- end }}

{{- $own := include "tcp-echo.labels" . | fromYaml }}
{{- $labels := dict "podLabels" .Values.podLabels "serviceMonitor.labels" .Values.serviceMonitor.labels "prometheusRule.labels" .Values.prometheusRule.labels "grafanaDashboard.labels" .Values.grafanaDashboard.labels }}
{{- range $value, $entries := $labels }}
{{- range $name, $_ := $entries }}
{{- if hasKey $own $name }}
{{- fail (printf "%s has %s, which the chart sets itself: leave it out" $value $name) }}
{{- end }}
{{- end }}
{{- end }}

{{- if and .Values.probe.enabled (not .Values.probe.target) (not (include "tcp-echo.probed" .)) }}
{{- fail "probe.enabled is true, but each of echo.listeners needs a PROXY header or a client certificate, has behaviours or a path, or is of UDP: set probe.target, and its options in probe.args" }}
{{- end }}

{{- if hasKey (.Values.podAnnotations | default dict) "checksum/config" }}
{{- fail "podAnnotations has checksum/config, which the chart sets itself: leave it out" }}
{{- end }}

{{- range .Values.extraEnv }}
{{- /* Spring Boot reads echo_drain_delay and echo.drain.delay too. */}}
{{- $variable := .name | upper | replace "." "_" }}
{{- if hasPrefix "ECHO_" $variable }}
{{- fail (printf "extraEnv has %s, of which the chart would not know: set it under echo" .name) }}
{{- end }}
{{- if has $variable (list "JDK_JAVA_OPTIONS" "JAVA_TOOL_OPTIONS" "_JAVA_OPTIONS") }}
{{- fail (printf "extraEnv has %s, which could undo the flags that the chart computes: use jvm.options" .name) }}
{{- end }}
{{- if and (eq $variable "MANAGEMENT_ENDPOINTS_WEB_EXPOSURE_INCLUDE") (ne $.Values.behavioursEndpoint.access "none") (not (regexMatch "behaviours|[*]" (get . "value"))) }}
{{- fail (printf "extraEnv has %s without behaviours, so that behavioursEndpoint.access would expose nothing: add it" .name) }}
{{- end }}
{{- if has .name (list "POD_NAME" "POD_NAMESPACE") }}
{{- fail (printf "extraEnv has %s, which the chart sets itself: leave it out" .name) }}
{{- end }}
{{- if has $variable (list "SERVER_PORT" "MANAGEMENT_SERVER_PORT") }}
{{- fail (printf "extraEnv has %s, but probes and Services ask the management port at 8080: leave it out" .name) }}
{{- end }}
{{- end }}

{{- with .Values.autoscaling }}
{{- if ne .type "none" }}
{{- if gt (.minReplicas | int) (.maxReplicas | int) }}
{{- fail (printf "autoscaling.minReplicas is %d, more than autoscaling.maxReplicas (%d): raise the one or lower the other" (.minReplicas | int) (.maxReplicas | int)) }}
{{- end }}
{{- if not (or .cpu .connectionsPerPod) }}
{{- fail (printf "autoscaling.type is '%s', but there is nothing to scale by: set autoscaling.cpu or autoscaling.connectionsPerPod" .type) }}
{{- end }}
{{- if and .cpu (not (dig "requests" "cpu" (dig "limits" "cpu" "" $.Values.resources) $.Values.resources)) }}
{{- fail (printf "autoscaling.cpu is %d %% of the requested CPU, but none is requested: set resources.requests.cpu, or autoscaling.cpu to 0" (.cpu | int)) }}
{{- end }}
{{- if and (eq .type "keda") .connectionsPerPod (not .prometheusAddress) }}
{{- fail "autoscaling.connectionsPerPod is set, but keda does not know where Prometheus is: set autoscaling.prometheusAddress" }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/* A UDP listener, from its property's name, itself and echo.limits.allow. */}}
{{- define "tcp-echo.validateDatagrams" -}}
{{- $prefix := first . }}
{{- $listener := index . 1 }}
{{- $address := get $listener "address" | default "::" }}
{{- if not (or (last .) (regexMatch "^(127([.][0-9]+){3}|::1|localhost)$" $address)) }}
{{- fail (printf "%s.protocol is 'udp' on '%s', but echo.limits.allow is empty, so that anyone could have datagrams sent to somebody else: set echo.limits.allow to the CIDR blocks of the clients, for example [10.0.0.0/8], or %s.address to 127.0.0.1 or ::1" $prefix $address $prefix) }}
{{- end }}
{{- $tls := or (dig "ssl" "bundle" "" $listener) (ne (dig "ssl" "client-auth" "none" $listener) "none") }}
{{- $proxied := or (get $listener "trusted-proxies") (has (get $listener "proxy-protocol") (list "optional" "required")) }}
{{- range $name, $set := dict "ssl" $tls "proxy-protocol" $proxied }}
{{- if $set }}
{{- fail (printf "%s.%s is set, but a UDP listener has no connections: remove it, or set %s.protocol to tcp" $prefix $name $prefix) }}
{{- end }}
{{- end }}
{{- range $name, $_ := omit (get $listener "behaviours" | default dict) "seed" "beans" "delay" "corrupt" "loss" }}
{{- fail (printf "%s.behaviours.%s is set, but a UDP listener has no connections: remove it; datagrams can have delay, corrupt and loss" $prefix $name) }}
{{- end }}
{{- end }}

{{/* A listener with a path, from its property's name and itself. */}}
{{- define "tcp-echo.validateUnixSocket" -}}
{{- $prefix := first . }}
{{- $listener := last . }}
{{- $path := $listener.path }}
{{- range $name, $default := dict "protocol" "tcp" "address" "::" "port" 25341 "reuse-port" false "proxy-protocol" "off" "trusted-proxies" list }}
{{- $value := get $listener $name | default $default }}
{{- if ne (toString $value) (toString $default) }}
{{- fail (printf "%s.%s is %v, which means nothing beside a path: remove it, or %s.path" $prefix $name $value $prefix) }}
{{- end }}
{{- end }}
{{- if hasPrefix "@" $path }}
{{- include "tcp-echo.validateNoPermissions" (list $prefix $listener "beside an abstract name" "change") }}
{{- else if or (not (regexMatch "^/run/tcp-echo/[^/]+$" $path)) (has (base $path) (list "." "..")) }}
{{- fail (printf "%s.path is %s, but the pod has a volume for sockets only at /run/tcp-echo: set it to a file there, for example /run/tcp-echo/echo.sock" $prefix $path) }}
{{- end }}
{{- $most := hasPrefix "@" $path | ternary 107 101 }}
{{- if gt (len $path) $most }}
{{- fail (printf "%s.path is %s, of %d bytes, but at most %d fit: shorten it" $prefix $path (len $path) $most) }}
{{- end }}
{{- end }}

{{/* Refuses permissions where no file has them, from the listener's property, itself, where that is, and what to do with its path. */}}
{{- define "tcp-echo.validateNoPermissions" -}}
{{- range $name, $default := dict "permissions" "rw-rw----" "group" "" }}
{{- $value := get (index $ 1) $name | default $default }}
{{- if ne $value $default }}
{{- fail (printf "%s.%s is '%s', which means nothing %s: remove it, or %s %s.path" (first $) $name $value (index $ 2) (last $) (first $)) }}
{{- end }}
{{- end }}
{{- end }}

{{/* The behaviours of a listener, from their name and themselves. A short form is no map, and has nothing to compare. */}}
{{- define "tcp-echo.validateBehaviours" -}}
{{- $prefix := first . }}
{{- $behaviours := last . }}
{{- $durations := pick $behaviours "delay" }}
{{- $sizesOrDurations := pick $behaviours "stall-after" "close-after" "reset-after" }}
{{- range $name, $behaviour := $behaviours }}
{{- if kindIs "map" $behaviour }}
{{- range $setting, $value := pick $behaviour "duration" "jitter" "pause" "time" }}
{{- $_ := set $durations (printf "%s.%s" $name $setting) $value }}
{{- end }}
{{- end }}
{{- end }}
{{- range $name, $value := $durations }}
{{- include "tcp-echo.requireUnit" (list (printf "%s.%s" $prefix $name) $value "500ms, 20s or 5m") }}
{{- end }}
{{- range $name, $value := $sizesOrDurations }}
{{- include "tcp-echo.requireUnit" (list (printf "%s.%s" $prefix $name) $value "10KB or 5s") }}
{{- end }}
{{- $delay := get $behaviours "delay" }}
{{- if kindIs "map" $delay }}
{{- $jitter := dig "jitter" "0s" $delay }}
{{- if and (eq (dig "distribution" "uniform" $delay) "normal") (eq (include "tcp-echo.milliseconds" $jitter | int64) 0) }}
{{- fail (printf "%s.delay.distribution is 'normal', but there is no jitter to distribute: set delay.jitter, or remove delay.distribution" $prefix) }}
{{- end }}
{{- if and (eq (dig "distribution" "uniform" $delay) "uniform") (gt (include "tcp-echo.milliseconds" $jitter | int64) (include "tcp-echo.milliseconds" $delay.duration | int64)) }}
{{- fail (printf "%s.delay.jitter is %s, more than delay.duration (%s): lower it, or set delay.distribution to normal" $prefix $jitter $delay.duration) }}
{{- end }}
{{- end }}
{{- $chunk := get $behaviours "chunk" }}
{{- if kindIs "map" $chunk }}
{{- $variation := include "tcp-echo.bytes" (dig "variation" 0 $chunk) | int64 }}
{{- $size := include "tcp-echo.bytes" $chunk.size | int64 }}
{{- if ge $variation $size }}
{{- fail (printf "%s.chunk.variation is %dB, not less than chunk.size (%dB): lower it" $prefix $variation $size) }}
{{- end }}
{{- end }}
{{- $greeting := get $behaviours "greeting" }}
{{- if kindIs "map" $greeting }}
{{- $greeting = dig "text" "" $greeting }}
{{- end }}
{{- range regexFindAll "[{]\\w+[}]" $greeting -1 }}
{{- if not (has . (list "{hostname}" "{listener}" "{port}" "{remote}" "{sni}" "{connection}")) }}
{{- fail (printf "%s.greeting has %s, which stands for nothing: use {hostname}, {listener}, {port}, {remote}, {sni} or {connection}" $prefix .) }}
{{- end }}
{{- end }}
{{- range regexFindAll "\\\\.?" $greeting -1 }}
{{- if not (has . (list "\\r" "\\n" "\\t" "\\\\")) }}
{{- fail (printf "%s.greeting has %s, which stands for nothing: use \\r, \\n, \\t or \\\\" $prefix .) }}
{{- end }}
{{- end }}
{{- end }}

{{/* Refuses a number without a unit but 0, from the property's name, its value and examples. A map has units inside. */}}
{{- define "tcp-echo.requireUnit" -}}
{{- $value := index . 1 }}
{{- if kindIs "float64" $value }}
{{- $value = int64 $value }}
{{- end }}
{{- if regexMatch "^[1-9][0-9]*$" (toString $value) }}
{{- fail (printf "%s is %v, which has no unit: set it to a number and a unit, for example %s" (index . 0) $value (index . 2)) }}
{{- end }}
{{- end }}

{{/* "true" if what the schema lets pass is a CIDR block. IPv4 within IPv6 is none: the service reads it as IPv4. */}}
{{- define "tcp-echo.isAddressBlock" -}}
{{- $address := splitList "/" . | first }}
{{- $length := splitList "/" . | last | atoi }}
{{- if contains ":" $address }}
{{- $groups := "([0-9a-fA-F]{1,4}(:[0-9a-fA-F]{1,4})*)?" }}
{{- $count := regexFindAll "[^:]+" $address -1 | len }}
{{- $complete := contains "::" $address | ternary (lt $count 8) (eq $count 8) }}
{{- $mapped := regexMatch "(?i)^([0:]+:ffff:[^:]+:[^:]+|(0+:){5}ffff:.*)$" $address }}
{{- and (regexMatch (printf "^%s(::%s)?$" $groups $groups) $address) $complete (not $mapped) (le $length 128) }}
{{- else }}
{{- $octet := "([01]?[0-9]{1,2}|2[0-4][0-9]|25[0-5])" }}
{{- and (regexMatch (printf "^(%s[.]){3}%s$" $octet $octet) $address) (le $length 32) }}
{{- end }}
{{- end }}
