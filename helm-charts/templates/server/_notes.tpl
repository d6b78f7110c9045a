{{/* Commands to reach a server, and warnings about its deployment. */}}
{{- define "celsiusify.server.notes" -}}
{{- $name := include "celsiusify.fullname" . }}
{{- $ports := include "celsiusify.ports" . | fromYaml }}
{{- range $target, $facts := .Targets }}
{{- with $facts.request }}
{{ $target }}: {{ $facts.title }}
{{- if hasPrefix "HTTP" (.protocol | default "HTTP/1.1") }}
  kubectl -n {{ $.Release.Namespace }} port-forward service/{{ $name }} {{ $ports.http }}:{{ $.Values.service.port }}
  curl 'http://127.0.0.1:{{ $ports.http }}{{ .path | replace "$fahrenheit" "451" }}'
  {{- with .body }} --data '{{ . | replace "$fahrenheit" "451" }}'{{ end }}
{{- else }}
  within the cluster: {{ include "celsiusify.headless" $ }}.{{ $.Release.Namespace }}:{{ get $ports .port }}
{{- end }}
{{- end }}
{{- end }}
{{- range include "celsiusify.server.warnings" . | fromYamlArray }}
WARNING: {{ . }}
{{- end }}
{{- end }}

{{- define "celsiusify.server.warnings" -}}
{{- $chart := .Chart.Name }}
{{- with .Values.image.digest }}
{{- if not (regexMatch "[1-9a-f]" (trimPrefix "sha256:" .)) }}
- image.digest of {{ $chart }} is all zeros, which is no image; `make push` prints the digest of each.
{{- end }}
{{- else }}
- the image of {{ $chart }} is named by its tag alone, which can be moved; set image.digest.
{{- end }}
{{- with .Values.autoscaling }}
{{- $byUsage := or .targetCPUUtilizationPercentage .metrics }}
{{- if and .enabled $byUsage (not ($.Capabilities.APIVersions.Has "metrics.k8s.io/v1beta1")) }}
- {{ $chart }} can't be scaled by resource usage, since the cluster has no metrics API; install metrics-server.
{{- end }}
{{- end }}
{{- $asked := or .Values.ingress.enabled .Values.httpRoute.enabled (.Values.grpcRoute).enabled .Values.metrics.serviceMonitor.enabled (ne .Values.service.type "ClusterIP") }}
{{- $open := or (not .Values.networkPolicy.enabled) .Values.networkPolicy.fromNamespaces .Values.networkPolicy.extraFrom }}
{{- if and $asked (not $open) }}
- {{ $chart }} takes no requests from outside the namespace; see networkPolicy.fromNamespaces and networkPolicy.extraFrom.
{{- end }}
{{- end }}
