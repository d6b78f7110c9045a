{{/* Names and labels. `.Chart.Name` of a context is the name of its block. */}}

{{/*
The name of something of this release that fits a length: (list . "load-tests-tfserving" 52). Where the release's name is
too long, or is no name of a Service (a dot in it, a digit first), it is changed, and told apart from others by eight
digits of its hash.
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

{{/* The Service without an address of its own, which names each pod. */}}
{{- define "celsiusify.headless" -}}
{{- include "celsiusify.named" (list . (printf "%s-headless" .Chart.Name) 63) }}
{{- end }}

{{/* Labels by which a component is selected; they never change: (list . "server"). */}}
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

{{/* Labels of everything else: (list . "server"). */}}
{{- define "celsiusify.labels" -}}
{{ include "celsiusify.podLabels" . }}
app.kubernetes.io/managed-by: {{ (index . 0).Release.Service }}
helm.sh/chart: {{ (index . 0).Chart.Version }}
{{- end }}

{{/*
Name, namespace and labels of an object: (list . NAME COMPONENT). The namespace is said because what `helm template`
prints is applied without helm, too, and then would land in whichever is current.
*/}}
{{- define "celsiusify.metadata" -}}
name: {{ index . 1 | quote }}
namespace: {{ (index . 0).Release.Namespace | quote }}
labels:
  {{- include "celsiusify.labels" (list (index . 0) (index . 2)) | nindent 2 }}
{{- end }}
