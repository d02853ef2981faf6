{{- define "tcp-echo.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 52 | trimSuffix "-" }}
{{- end }}

{{/* At most 52 characters, so that a Service's 63 leave room for "-management". */}}
{{- define "tcp-echo.fullname" -}}
{{- $name := include "tcp-echo.name" . }}
{{- $full := contains $name .Release.Name | ternary .Release.Name (printf "%s-%s" .Release.Name $name) }}
{{- default $full .Values.fullnameOverride | trunc 52 | trimSuffix "-" }}
{{- end }}

{{- define "tcp-echo.selectorLabels" -}}
app.kubernetes.io/name: {{ include "tcp-echo.name" . | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end }}

{{/* Of everything but what tests the release. */}}
{{- define "tcp-echo.labels" -}}
{{ include "tcp-echo.selectorLabels" . }}
{{ include "tcp-echo.commonLabels" . }}
{{- end }}

{{- define "tcp-echo.commonLabels" -}}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* Not the labels of the pods under test, which the Service and the autoscaler select. */}}
{{- define "tcp-echo.testSelectorLabels" -}}
app.kubernetes.io/name: {{ include "tcp-echo.name" . }}-test
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end }}

{{/* Nor is the probe one of them. */}}
{{- define "tcp-echo.probeSelectorLabels" -}}
app.kubernetes.io/name: {{ include "tcp-echo.name" . }}-probe
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end }}

{{/* Prometheus's job of the probe, which the alerts do not take for the service, is this component. */}}
{{- define "tcp-echo.probeLabels" -}}
{{ include "tcp-echo.probeSelectorLabels" . }}
app.kubernetes.io/component: echo-probe
{{ include "tcp-echo.commonLabels" . }}
{{- end }}

{{/* How a container of the image runs the client: the client's own arguments come behind it. */}}
{{- define "tcp-echo.clientArgs" -}}
args:
  - probe
{{- end }}

{{- define "tcp-echo.serviceAccountName" -}}
{{- default (empty .Values.serviceAccount.create | ternary "default" (include "tcp-echo.fullname" .)) .Values.serviceAccount.name }}
{{- end }}

{{- define "tcp-echo.image" -}}
{{- with .Values.image }}
{{- if .digest }}
{{- printf "%s@%s" .repository .digest }}
{{- else }}
{{- printf "%s:%s" .repository (default $.Chart.AppVersion .tag) }}
{{- end }}
{{- end }}
{{- end }}

{{/* "true" if any listener has TLS. */}}
{{- define "tcp-echo.hasTls" -}}
{{- range .Values.echo.listeners }}
{{- if dig "ssl" "bundle" "" . }}true{{ break }}{{ end }}
{{- end }}
{{- end }}

{{- define "tcp-echo.minReplicas" -}}
{{- eq .Values.autoscaling.type "none" | ternary .Values.replicas .Values.autoscaling.minReplicas | int }}
{{- end }}

{{/* "UDP" or "TCP", from a listener. */}}
{{- define "tcp-echo.protocol" -}}
{{- get . "protocol" | default "tcp" | upper }}
{{- end }}

{{/* The names of the listeners that have a port: a Unix socket has none. */}}
{{- define "tcp-echo.withPort" -}}
{{- $names := list }}
{{- range $name, $listener := .Values.echo.listeners }}
{{- if not $listener.path }}
{{- $names = append $names $name }}
{{- end }}
{{- end }}
{{- join " " $names }}
{{- end }}

{{/* "true" if any listener's Unix socket is a file. */}}
{{- define "tcp-echo.hasSocketFile" -}}
{{- range .Values.echo.listeners }}
{{- if hasPrefix "/" (get . "path") }}true{{ break }}{{ end }}
{{- end }}
{{- end }}

{{/* The Service's port of a listener, from the root and the listener's name. */}}
{{- define "tcp-echo.servicePort" -}}
{{- $values := (first .).Values }}
{{- $name := last . }}
{{- dig $name (get $values.echo.listeners $name).port ($values.service.ports | default dict) | int }}
{{- end }}

{{/* The names of the TCP listeners that take a connection without a PROXY header and without a client certificate. */}}
{{- define "tcp-echo.open" -}}
{{- $names := list }}
{{- range $name := include "tcp-echo.withPort" . | splitList " " | compact }}
{{- $listener := get $.Values.echo.listeners $name }}
{{- $udp := eq (include "tcp-echo.protocol" $listener) "UDP" }}
{{- $proxied := eq (dig "proxy-protocol" "off" $listener | toString) "required" }}
{{- if not (or $udp $proxied (eq (dig "ssl" "client-auth" "none" $listener) "need")) }}
{{- $names = append $names $name }}
{{- end }}
{{- end }}
{{- join " " $names }}
{{- end }}

{{/* The names of those among them that helm test probes: without behaviours, of which most are a lost echo to it. */}}
{{- define "tcp-echo.probed" -}}
{{- $names := list }}
{{- range $name := include "tcp-echo.open" . | splitList " " | compact }}
{{- if not (get (get $.Values.echo.listeners $name) "behaviours") }}
{{- $names = append $names $name }}
{{- end }}
{{- end }}
{{- join " " $names }}
{{- end }}

{{/* The client's arguments for a listener, from the root and the listener's name: through the Service. */}}
{{- define "tcp-echo.clientTarget" -}}
{{- $root := first . }}
{{- $name := last . }}
{{- if dig "ssl" "bundle" "" (get $root.Values.echo.listeners $name) }}
- --tls
# It asks whether bytes come back; the certificate need not know the name of the Service.
- --insecure
{{- end }}
- {{ include "tcp-echo.fullname" $root }}:{{ include "tcp-echo.servicePort" . }}
{{- end }}
