{{/* Refuses what the schema cannot: values that do not fit each other. */}}
{{- define "tcp-echo.validate" -}}
{{- $listeners := .Values.echo.listeners }}
{{- $names := keys $listeners | sortAlpha | join ", " }}

{{- if hasKey $listeners "management" }}
{{- fail "echo.listeners.management has the name of the management port: choose another" }}
{{- end }}
{{- $ports := dict "8080" "the management port" }}
{{- range $name, $listener := $listeners }}
{{- $port := $listener.port | int | toString }}
{{- if hasKey $ports $port }}
{{- fail (printf "echo.listeners.%s.port is %s, which is %s already: choose another" $name $port (get $ports $port)) }}
{{- end }}
{{- $_ := set $ports $port (printf "echo.listeners.%s.port" $name) }}
{{- $bundle := dig "ssl" "bundle" "" $listener }}
{{- if not (has $bundle (list "" "server")) }}
{{- fail (printf "echo.listeners.%s.ssl.bundle is '%s', but the chart knows only the bundle 'server', with the Secret of tls.secretName: name that" $name $bundle) }}
{{- end }}
{{- if and $bundle (not $.Values.tls.secretName) }}
{{- fail (printf "echo.listeners.%s.ssl.bundle is 'server', but no Secret has its certificate: set tls.secretName" $name) }}
{{- end }}
{{- end }}

{{- $byListener := dict "service.ports" .Values.service.ports "service.nodePorts" .Values.service.nodePorts "tcpRoutes" .Values.tcpRoutes "tlsRoutes" .Values.tlsRoutes }}
{{- range $value, $entries := $byListener }}
{{- range $name := keys $entries | sortAlpha }}
{{- if not (hasKey $listeners $name) }}
{{- fail (printf "%s.%s names no listener: echo.listeners has %s" $value $name $names) }}
{{- end }}
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
