{{/* The service's application.yml. */}}
{{- define "tcp-echo.application.yml" -}}
{{- $echo := deepCopy .Values.echo }}
{{- if .Values.preStop.enabled }}
{{- $_ := set $echo.drain "delay" "0s" }}
{{- end }}
{{- $application := dict "echo" $echo }}
{{- $access := .Values.behavioursEndpoint.access }}
{{- if ne $access "none" }}
{{- /* What the service exposes by itself, and the endpoint. */}}
{{- $exposure := dict "include" "health, info, metrics, prometheus, sbom, behaviours" }}
{{- $management := dict "endpoints" (dict "web" (dict "exposure" $exposure)) }}
{{- if eq $access "unrestricted" }}
{{- $_ := set $management.endpoints "access" (dict "max-permitted" "unrestricted") }}
{{- $_ := set $management "endpoint" (dict "behaviours" (dict "access" "unrestricted")) }}
{{- end }}
{{- $_ := set $application "management" $management }}
{{- end }}
{{- if .Values.tls.secretName }}
{{- $keystore := dict "certificate" "file:/etc/tcp-echo/tls/tls.crt" "private-key" "file:/etc/tcp-echo/tls/tls.key" }}
{{- $bundle := dict "reload-on-update" true "keystore" $keystore }}
{{- /* Not every Secret has a ca.crt, and without client certificates none is needed. */}}
{{- range .Values.echo.listeners }}
{{- if ne (dig "ssl" "client-auth" "none" .) "none" }}
{{- $_ := set $bundle "truststore" (dict "certificate" "file:/etc/tcp-echo/tls/ca.crt") }}
{{- end }}
{{- end }}
{{- $_ := set $application "spring" (dict "ssl" (dict "bundle" (dict "pem" (dict "server" $bundle)))) }}
{{- end }}
{{- toYaml $application }}
{{- end }}

{{/* A duration, as the schema lets it pass, in milliseconds. */}}
{{- define "tcp-echo.milliseconds" -}}
{{- $units := dict "" 1 "ms" 1 "s" 1000 "m" 60000 "h" 3600000 "d" 86400000 }}
{{- mul (regexFind "^[0-9]+" (toString .) | int64) (get $units (regexFind "[a-z]*$" (toString .))) }}
{{- end }}

{{/* A data size, as the schema lets it pass, in bytes. */}}
{{- define "tcp-echo.bytes" -}}
{{- if kindIs "string" . }}
{{- $units := dict "" 1 "B" 1 "KB" 1024 "MB" 1048576 "GB" 1073741824 "TB" 1099511627776 }}
{{- mul (regexFind "^[0-9]+" . | int64) (get $units (regexFind "[A-Z]*$" .)) }}
{{- else }}
{{- int64 . }}
{{- end }}
{{- end }}

{{/* drain.delay in seconds, rounded up. */}}
{{- define "tcp-echo.delaySeconds" -}}
{{- div (add (include "tcp-echo.milliseconds" .Values.echo.drain.delay) 999) 1000 }}
{{- end }}

{{/* No stop takes longer than delay, timeout and 2 s of lingering closes; the JVM has 3 s to end. */}}
{{- define "tcp-echo.gracePeriodSeconds" -}}
{{- with .Values.echo.drain }}
{{- $milliseconds := add (include "tcp-echo.milliseconds" .delay) (include "tcp-echo.milliseconds" .timeout) }}
{{- add (div (add $milliseconds 999) 1000) 2 3 }}
{{- end }}
{{- end }}
