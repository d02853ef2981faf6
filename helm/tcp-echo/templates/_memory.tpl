{{/* A quantity in Mi or Gi, as the schema lets it pass, in MiB. */}}
{{- define "tcp-echo.mebibytes" -}}
{{- mul (regexFind "^[0-9]+" . | int64) (hasSuffix "Gi" . | ternary 1024 1) }}
{{- end }}

{{/*
The most that clients can make the service hold, in MiB, and 16 MiB for the management port: the connections, rounded up;
where datagrams are echoed, 2 MiB that each event loop reads into; and of each UDP listener, 4 MiB that are delayed and
4 MiB that wait for a new socket.
*/}}
{{- define "tcp-echo.directMebibytes" -}}
{{- $kibibytes := mul (.Values.echo.limits.connections | int64) (include "tcp-echo.hasTls" . | eq "true" | ternary 512 128) }}
{{- $ofDatagrams := 0 }}
{{- range .Values.echo.listeners }}
{{- if eq (include "tcp-echo.protocol" .) "UDP" }}
{{- $ofDatagrams = add ($ofDatagrams | default (mul 2 $.Values.jvm.processors)) 8 }}
{{- end }}
{{- end }}
{{- add (div (add $kibibytes 1023) 1024) $ofDatagrams 16 }}
{{- end }}

{{/* In MiB. A connection took 3 KiB of heap, and 8 KiB with TLS; the service without one 16 MiB. */}}
{{- define "tcp-echo.heapMebibytes" -}}
{{- if .Values.jvm.heap }}
{{- include "tcp-echo.mebibytes" .Values.jvm.heap }}
{{- else }}
{{- add 32 (div (add (mul (.Values.echo.limits.connections | int64) 16) 1023) 1024) }}
{{- end }}
{{- end }}

{{/* In MiB. */}}
{{- define "tcp-echo.memoryMebibytes" -}}
{{- add (include "tcp-echo.directMebibytes" .) (include "tcp-echo.heapMebibytes" .) (include "tcp-echo.mebibytes" .Values.jvm.overhead) }}
{{- end }}

{{- define "tcp-echo.resources" -}}
{{- $computed := printf "%sMi" (include "tcp-echo.memoryMebibytes" .) }}
{{- $memory := dig "limits" "memory" $computed .Values.resources }}
{{- if lt (include "tcp-echo.mebibytes" $memory | int64) (include "tcp-echo.mebibytes" $computed | int64) }}
{{- fail (printf "resources.limits.memory is %s, but jvm.heap, jvm.overhead and as many connections as echo.limits.connections (%d) can take %s: raise it or leave it out, or lower echo.limits.connections" $memory (.Values.echo.limits.connections | int64) $computed) }}
{{- end }}
{{- $requested := dig "requests" "memory" $memory .Values.resources }}
{{- if gt (include "tcp-echo.mebibytes" $requested | int64) (include "tcp-echo.mebibytes" $memory | int64) }}
{{- fail (printf "resources.requests.memory is %s, more than the limit (%s): lower it or leave it out, or raise resources.limits.memory" $requested $memory) }}
{{- end }}
{{- $memory := dict "memory" $memory }}
{{- toYaml (merge (deepCopy .Values.resources) (dict "limits" $memory "requests" $memory)) }}
{{- end }}

{{/* So that direct memory and heap fit into the limit. */}}
{{- define "tcp-echo.jvmOptions" -}}
{{- $options := list (printf "-XX:MaxDirectMemorySize=%sm" (include "tcp-echo.directMebibytes" .)) }}
{{- $options = append $options (printf "-Xmx%sm" (include "tcp-echo.heapMebibytes" .)) }}
{{- $options = append $options (printf "-XX:ActiveProcessorCount=%d" (.Values.jvm.processors | int)) }}
{{- concat $options (.Values.jvm.options | default list) | join " " }}
{{- end }}
