{{/* Names and labels. `.Chart.Name` of a context is the name of its block. */}}

{{/*
The name of an object of the release, within a length: (list . "load-tests-tfserving" 52). A release's name that is too
long, or not valid for a Service (a dot, a leading digit), is changed, and made unique by eight digits of its hash.
*/}}
{{- define "celsiusify.named" -}}
{{- $release := (index . 0).Release.Name }}
{{- $suffix := index . 1 }}
{{- $room := sub (index . 2) (len $suffix | add1) | int }}
{{- $label := regexReplaceAll "^[0-9]" (replace "." "-" $release) "r${0}" }}
{{- if or (ne $label $release) (gt (len $label) $room) }}
{{- $label = printf "%s-%s" (trunc (sub $room 9 | int) $label | trimSuffix "-") (sha256sum $release | trunc 8) }}
{{- end }}
{{- printf "%s-%s" $label $suffix }}
{{- end }}

{{- define "celsiusify.fullname" -}}
{{- include "celsiusify.named" (list . .Chart.Name 63) }}
{{- end }}

{{/* The name of the headless Service, which names each pod. */}}
{{- define "celsiusify.headless" -}}
{{- include "celsiusify.named" (list . (printf "%s-headless" .Chart.Name) 63) }}
{{- end }}

{{/* Labels of a component for selectors, which never change: (list . "server"). */}}
{{- define "celsiusify.selectorLabels" -}}
app.kubernetes.io/name: {{ (index . 0).Chart.Name }}
app.kubernetes.io/instance: {{ (index . 0).Release.Name | quote }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end }}

{{/* Labels of pods: (list . "server"). */}}
{{- define "celsiusify.podLabels" -}}
{{ include "celsiusify.selectorLabels" . }}
app.kubernetes.io/part-of: celsiusify
app.kubernetes.io/version: {{ (index . 0).Chart.AppVersion | quote }}
{{- end }}

{{/* Labels of other objects: (list . "server"). */}}
{{- define "celsiusify.labels" -}}
{{ include "celsiusify.podLabels" . }}
app.kubernetes.io/managed-by: {{ (index . 0).Release.Service }}
helm.sh/chart: {{ (index . 0).Chart.Version }}
{{- end }}

{{/*
Name, namespace and labels of an object: (list . NAME COMPONENT). The namespace is set since the output of `helm template`
may be applied without helm, which would use the current namespace.
*/}}
{{- define "celsiusify.metadata" -}}
name: {{ index . 1 | quote }}
namespace: {{ (index . 0).Release.Namespace | quote }}
labels:
  {{- include "celsiusify.labels" (list (index . 0) (index . 2)) | nindent 2 }}
{{- end }}
