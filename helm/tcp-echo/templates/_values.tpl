{{/*
Every template begins with it. An optional value that is null counts as empty, and a listener gets the service's own
defaults; then values that do not fit each other are refused. Helm gives each rendering its own copy of the values.
*/}}
{{- define "tcp-echo.begin" -}}
{{- include "tcp-echo.omitNulls" (omit .Values "global") }}
{{- range list "autoscaling" "behavioursEndpoint" "grafanaDashboard" "networkPolicy" "podDisruptionBudget" "preStop" "probe" "prometheusRule" "resources" "service" "serviceAccount" "serviceMonitor" "strategy" "tls" "unixSockets" }}
{{- $_ := set $.Values . (get $.Values . | default dict) }}
{{- end }}
{{- $_ := set .Values.autoscaling "type" (.Values.autoscaling.type | default "none") }}
{{- $_ := set .Values.behavioursEndpoint "access" (.Values.behavioursEndpoint.access | default "none") }}
{{- $_ := set .Values.service "type" (.Values.service.type | default "ClusterIP") }}
{{- $_ := set .Values.echo "listeners" (.Values.echo.listeners | default (dict "plain" dict)) }}
{{- range $listener := .Values.echo.listeners }}
{{- if not $listener.path }}
{{- $_ := set $listener "port" ($listener.port | default 25341) }}
{{- end }}
{{- end }}
{{- include "tcp-echo.validate" . }}
{{- end }}

{{/* Takes out of a map, and of the maps in it, what is null. */}}
{{- define "tcp-echo.omitNulls" -}}
{{- range $name, $value := . }}
{{- if kindIs "invalid" $value }}
{{- $_ := unset $ $name }}
{{- else if kindIs "map" $value }}
{{- include "tcp-echo.omitNulls" $value }}
{{- end }}
{{- end }}
{{- end }}
